//! An agency with a technician's phone, a dispatcher, and jobs in places whose
//! distance the server knows.

use client_core::TripClaim;
use domain::{
    AgencyId, Assignment, BlobHash, Currency, DeviceId, DocId, EditCommand, FieldValue, Hash32, Instant,
    JobCommand, JobField, JobFieldEdit, JobKind, Money, Receipt, ReceiptKind, Role, TripCommand, TripField,
    TripFieldEdit, UserId, Uuid,
};
use scoring::{CityClass, Place, TariffSpec, TravelProfile};
use sync_server::office::{self, NewJob};
use sync_server::people::{NewUser, create_agency, create_user};
use sync_server::rulebook::{self, Kind, NewVersion};
use sync_server::session::DeviceSession;
use sync_server::travel::{self, ClaimShow, NewDistance};
use system_tests::in_process::{Desk, TestPhone};

pub(crate) const HOUR: i64 = 3_600_000;

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) desk: Desk,
    pub(crate) agency: AgencyId,
    pub(crate) phone: TestPhone,
    people: u128,
}

pub(crate) fn text(field: JobField, text: &str) -> JobFieldEdit {
    JobFieldEdit { field, value: Some(FieldValue::Text(text.to_owned())) }
}

pub(crate) fn trip_field(field: TripField, value: FieldValue) -> TripFieldEdit {
    TripFieldEdit { field, value: Some(value) }
}

/// A photographed receipt, or money without one.
pub(crate) fn receipt(kind: ReceiptKind, minor: i64, photo: Option<u8>) -> Receipt {
    let photo: Option<BlobHash> = photo.map(|byte| Hash32::from_bytes([byte; 32]));
    Receipt { kind, amount: Money { minor, currency: Currency::IRR }, photo }
}

impl World {
    pub(crate) async fn new(class: CityClass) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(&folder.path().join("server")).await;
        // Six in the evening, in Tehran.
        desk.clock.advance_ms(10 * HOUR);
        let agency = enter_agency(&desk, 77, "North").await;
        let session = technician(&desk, 1, Some(agency)).await;
        let phone = TestPhone::enrol_as(&desk, &folder.path().join("phone.sqlite"), session).await;
        let world = Self { folder, desk, agency, phone, people: 1 };
        let profile = TravelProfile { city_class: class, ..TravelProfile::default() };
        world.profile("2020-01-01", profile).await;
        world
    }

    /// Another technician of an agency, with a phone.
    pub(crate) async fn colleague(&mut self, agency: Option<AgencyId>) -> TestPhone {
        self.people += 1;
        let session = technician(&self.desk, self.people, agency).await;
        let database = self.folder.path().join(format!("phone{}.sqlite", self.people));
        TestPhone::enrol_as(&self.desk, &database, session).await
    }

    pub(crate) async fn profile(&self, from: &str, profile: TravelProfile) {
        let from = from.parse().expect("a day");
        travel::set_profile(&self.desk.core, None, self.agency, from, profile).await.expect("set");
    }

    pub(crate) async fn distance(&self, zone: &str, one_way_m: i64) {
        let place = Place { city: "Karaj".into(), zone: Some(zone.into()) };
        let effective_from = "2020-01-01".parse().expect("a day");
        let lines = vec![NewDistance { place, effective_from, one_way_m }];
        travel::set_distances(&self.desk.core, None, self.agency, lines).await.expect("set");
    }

    pub(crate) async fn tariff(
        &self,
        from: &str,
        spec: TariffSpec,
    ) -> Result<(), sync_server::error::CoreError> {
        let new = NewVersion {
            kind: Kind::Tariff,
            agency: None,
            subject: String::new(),
            effective_from: from.parse().expect("a day"),
            version: None,
            json: serde_json::to_string(&spec).expect("JSON"),
            by: None,
        };
        let now = self.desk.clock.now();
        self.desk.core.store().write(move |tx| rulebook::add(tx, &new, now)).await.map(drop)
    }

    /// A job in a zone for the phone's owner, under warranty, with more to say.
    pub(crate) async fn job(&self, zone: &str, more: Vec<JobFieldEdit>) -> DocId {
        self.job_for(&self.phone, zone, more).await
    }

    pub(crate) async fn job_for(&self, phone: &TestPhone, zone: &str, more: Vec<JobFieldEdit>) -> DocId {
        let until = FieldValue::Instant(self.desk.clock.now().plus_days(300));
        let mut fields = vec![
            text(JobField::RequestSubject, "It leaks"),
            text(JobField::SiteCity, "karaj"),
            text(JobField::SiteZone, zone),
            JobFieldEdit { field: JobField::AssetWarrantyUntil, value: Some(until) },
        ];
        fields.retain(|field| more.iter().all(|other| other.field != field.field));
        fields.extend(more);
        let assignment = Some(Assignment {
            technician: Some(phone.session.user),
            representative: phone.session.agency,
            ..Assignment::default()
        });
        let job = NewJob { id: None, kind: JobKind::Visit, fields, assignment };
        office::create_job(&self.desk.core, &self.desk.dispatcher, job).await.expect("registered").doc
    }

    /// A trip on the phone: it begins after so many milliseconds from now, lasts so
    /// many minutes, and drives so many kilometres.
    pub(crate) fn trip(&self, jobs: &[DocId], after_ms: i64, minutes: i64, km: Option<i64>) -> DocId {
        trip_on(&self.phone, self.desk.clock.now().plus_millis(after_ms), jobs, minutes, km)
    }

    pub(crate) fn add_receipt(&self, trip: DocId, receipt: Receipt) {
        let id = self.phone.client.ids().receipt();
        self.trip_edit(trip, TripCommand::AddReceipt { id, receipt });
    }

    pub(crate) fn trip_edit(&self, trip: DocId, command: TripCommand) {
        self.phone.client.execute(trip, &EditCommand::Trip(command)).expect("the edit is saved");
    }

    pub(crate) fn job_edit(&self, job: DocId, command: JobCommand) {
        self.phone.edit(job, command);
    }

    pub(crate) async fn claim(&self, trip: DocId) -> ClaimShow {
        travel::show_claim(&self.desk.core, &self.desk.dispatcher, trip).await.expect("a claim")
    }

    /// The claim as the phone has it.
    pub(crate) fn told(&self, trip: DocId) -> TripClaim {
        self.phone.client.trip(trip).expect("the trip").claim.expect("the server told of it")
    }

    /// Everything derived comes out as it is when it is made again.
    pub(crate) fn rebuilds_to_the_same(&self) {
        let before = self.derived();
        tokio::task::block_in_place(|| sync_server::readmodel::rebuild_blocking(&self.desk.core))
            .expect("rebuilt");
        assert_eq!(self.derived(), before);
    }

    fn derived(&self) -> Vec<String> {
        const TABLES: [&str; 6] =
            ["travel_trips", "travel_jobs", "travel_prices", "travel_claims", "travel_shares", "membership"];
        TABLES.iter().flat_map(|table| self.rows(&format!("SELECT * FROM {table} ORDER BY 1, 2"))).collect()
    }

    /// Rows as texts.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare(sql)?;
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                let cells = (0..columns).map(|at| Ok(format!("{:?}", row.get_ref(at)?)));
                Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join(", "))
            })?;
            Ok::<_, sync_server::store::StoreError>(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        };
        tokio::task::block_in_place(|| self.desk.core.store().read_blocking(read)).expect("rows")
    }
}

/// An agency.
pub(crate) async fn enter_agency(desk: &Desk, number: u128, name: &'static str) -> AgencyId {
    let now = desk.clock.now();
    let id = AgencyId::from_uuid(Uuid::from_u128(number));
    let entered = desk.core.store().write(move |tx| create_agency(tx, id, name, None, now)).await;
    entered.expect("an agency").id
}

/// A trip on a phone.
pub(crate) fn trip_on(
    phone: &TestPhone,
    start: Instant,
    jobs: &[DocId],
    minutes: i64,
    km: Option<i64>,
) -> DocId {
    let mut fields = vec![
        trip_field(TripField::StartedAt, FieldValue::Instant(start)),
        trip_field(TripField::EndedAt, FieldValue::Instant(start.plus_millis(minutes * 60_000))),
    ];
    fields.extend(km.map(|km| trip_field(TripField::DistanceM, FieldValue::Int(km * 1_000))));
    phone.client.create_trip(fields, jobs.to_vec()).expect("saved").doc
}

async fn technician(desk: &Desk, number: u128, agency: Option<AgencyId>) -> DeviceSession {
    let now = desk.clock.now();
    let user = UserId::from_uuid(Uuid::from_u128(1_000 + number));
    let new = NewUser {
        id: user,
        name: format!("t{number}"),
        display_name: format!("T {number}"),
        role: Role::Technician,
        agency,
        password_hash: None,
    };
    desk.core.store().write(move |tx| create_user(tx, &new, now).map(drop)).await.expect("a technician");
    let device = DeviceId::from_uuid(Uuid::from_u128(2_000 + number));
    DeviceSession { user, device, role: Role::Technician, agency }
}
