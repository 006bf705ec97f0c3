//! Who takes over past jobs: an administrator, at a device that stands for the
//! import, so that the history says where a job came from.

use domain::{DeviceId, UserId};
use wire::DeviceKind;

use super::identity::id_by_number;
use super::{Desk, ImportError};
use crate::people::{self, PeopleError};
use crate::session::DeviceSession;

const DEVICE_NAME: &str = "hamgam-server import";

/// Finds the administrator and the device, which is entered the first time.
pub(super) fn open(desk: &Desk<'_>, by: UserId) -> Result<DeviceSession, ImportError> {
    let user = people::find_user(desk.tx, by)?;
    let device = DeviceId::from_uuid(id_by_number("import device", &by.to_string()));
    match people::find_device(desk.tx, device) {
        Ok(_) => {}
        Err(PeopleError::NotFound(_)) => {
            people::insert_device(desk.tx, device, by, DEVICE_NAME, DeviceKind::Browser, desk.now)?;
        }
        Err(other) => return Err(other.into()),
    }
    Ok(DeviceSession { user: by, device, role: user.role, agency: user.agency })
}
