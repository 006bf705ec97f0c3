//! People, agencies, devices, sessions and enrolment codes: what SQL holds of
//! them and the operations on it. Writers take a transaction, readers a
//! connection; who may call what is decided outside.

mod agency;
mod code;
mod device;
mod error;
mod rows;
mod session;
mod user;

pub use agency::{AgencyRow, create_agency, edit_agency, find_agency, find_agency_by_name, list_agencies};
pub use code::{
    CODE_ATTEMPTS_MAX, CodeRow, find_code, insert_code, list_codes, mark_code_used, miss_code, withdraw_code,
};
pub use device::{
    DeviceFilter, DeviceRow, find_device, insert_device, list_devices, release_device, revoke_device,
    see_device,
};
pub use error::PeopleError;
pub use session::{
    EndReason, SessionRow, end_device_sessions, end_session, end_user_sessions, extend_session,
    find_refresh_token, find_session, insert_session, rotate_session, sweep_sessions,
};
pub(crate) use user::bar_user;
pub use user::{
    Correction, NewUser, UserFilter, UserRow, correct_user, count_administrators, create_user, describe_user,
    disable_user, enable_user, find_user, find_user_by_name, list_users, set_password, sign_in_name,
    update_password_hash,
};
