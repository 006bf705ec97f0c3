//! Signing in, refreshing, enrolling and revoking, on a real store.

use std::sync::Arc;

use domain::{DeviceId, Role, UserId};
use wire::DeviceKind;

use super::*;
use crate::clock::{SystemEntropy, random_bytes};
use crate::config::{Config, PasswordCost};
use crate::people::{NewUser, create_user, disable_user, find_session, revoke_device, set_password};
use crate::testing::ManualClock;

const PASSWORD: &str = "correct horse";

pub(super) struct Office {
    pub(super) auth: Auth,
    pub(super) clock: Arc<ManualClock>,
    user: UserId,
    _data: tempfile::TempDir,
}

pub(super) async fn office() -> Office {
    let data = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::new();
    let entropy = Arc::new(SystemEntropy);
    let store = Store::open(data.path(), clock.clone()).expect("opens");
    KeyRing::create_missing(data.path(), &*clock, &*entropy).expect("keys are made");
    let auth = Auth::new(AuthParts {
        store,
        keys: KeyRing::open(data.path()).expect("opens"),
        passwords: Passwords::new(PasswordCost::FLOOR, entropy.clone()).expect("the cost will do"),
        clock: clock.clone(),
        entropy,
        lifetimes: Config::default().lifetimes,
    });
    let user = UserId::new(clock.now(), random_bytes(&SystemEntropy));
    let new = NewUser {
        id: user,
        name: "Reza".to_owned(),
        display_name: "Reza".to_owned(),
        role: Role::Technician,
        agency: None,
        password_hash: Some(auth.hash_password(PASSWORD.into()).await.expect("hashed")),
    };
    auth.change(move |transaction, now| create_user(transaction, &new, now)).await.expect("entered");
    Office { auth, clock, user, _data: data }
}

fn sign_in(name: &str, password: &str, device: Option<DeviceId>) -> SignIn {
    SignIn {
        name: name.to_owned(),
        password: password.into(),
        device,
        device_name: "a phone".to_owned(),
        kind: DeviceKind::Phone,
    }
}

impl Office {
    pub(super) async fn signed_in(&self) -> Session {
        self.auth.sign_in(sign_in("reza", PASSWORD, None)).await.expect("signs in")
    }

    async fn is_let_in(&self, session: &Session) -> Result<Caller, AuthError> {
        self.auth.admit(session.access_token.expose()).await
    }
}

#[tokio::test]
async fn a_person_signs_in_by_any_spelling_of_the_name() {
    let office = office().await;
    for name in ["Reza", "reza", "  REZA "] {
        let session = office.auth.sign_in(sign_in(name, PASSWORD, None)).await.expect(name);
        let caller = office.is_let_in(&session).await.expect("let in");
        assert_eq!(
            (caller.user, caller.role, caller.device),
            (office.user, Role::Technician, session.device)
        );
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let office = office().await;
    for (name, password) in [("reza", "wrong horse"), ("nobody", PASSWORD), ("", "")] {
        let before = office.auth.inner.passwords.evaluations();
        let refused = office.auth.sign_in(sign_in(name, password, None)).await;
        assert!(matches!(refused, Err(AuthError::BadCredentials)), "{name}");
        // As much work, which is as much time; a test of the time itself would
        // fail on a busy machine.
        assert_eq!(office.auth.inner.passwords.evaluations() - before, 1, "{name}");
    }
}

#[tokio::test]
async fn the_same_device_keeps_its_id_and_ends_its_earlier_session() {
    let office = office().await;
    let first = office.signed_in().await;
    let again = office.auth.sign_in(sign_in("reza", PASSWORD, Some(first.device))).await.expect("signs in");
    assert_eq!(first.device, again.device);
    office.clock.pass_seconds(CACHE_MS / 1000);
    assert!(matches!(office.is_let_in(&first).await, Err(AuthError::SessionRevoked)));
    assert!(office.is_let_in(&again).await.is_ok());
    let stranger = DeviceId::new(office.clock.now(), [9; 10]);
    let other = office.auth.sign_in(sign_in("reza", PASSWORD, Some(stranger))).await.expect("signs in");
    assert_ne!(other.device, stranger, "a device that was never given is not believed");
}

#[tokio::test]
async fn a_refresh_gives_the_next_token_and_the_one_before_may_be_repeated() {
    let office = office().await;
    let first = office.signed_in().await;
    let second = office.auth.refresh(&first.refresh_token).await.expect("refreshes");
    assert_ne!(first.refresh_token, second.refresh_token);
    // The reply was lost: the phone asks again with what it has.
    let repeated = office.auth.refresh(&first.refresh_token).await.expect("refreshes again");
    assert_eq!(repeated.refresh_token, second.refresh_token);
    let third = office.auth.refresh(&second.refresh_token).await.expect("goes on");
    assert!(office.is_let_in(&third).await.is_ok());
}

#[tokio::test]
async fn two_refreshes_at_once_log_nobody_out() {
    let office = office().await;
    let first = office.signed_in().await;
    let (one, other) =
        tokio::join!(office.auth.refresh(&first.refresh_token), office.auth.refresh(&first.refresh_token));
    let (one, other) = (one.expect("refreshes"), other.expect("refreshes"));
    assert_eq!(one.refresh_token, other.refresh_token);
    assert!(office.auth.refresh(&one.refresh_token).await.is_ok());
}

/// Checked by answering an older token like the one before the newest: the
/// copied token then went on working.
#[tokio::test]
async fn an_older_token_ends_the_session() {
    let office = office().await;
    let first = office.signed_in().await;
    let second = office.auth.refresh(&first.refresh_token).await.expect("refreshes");
    let third = office.auth.refresh(&second.refresh_token).await.expect("refreshes");
    let reused = office.auth.refresh(&first.refresh_token).await;
    assert!(matches!(reused, Err(AuthError::SessionRevoked)));
    assert!(matches!(office.auth.refresh(&third.refresh_token).await, Err(AuthError::SessionRevoked)));
    assert!(matches!(office.is_let_in(&third).await, Err(AuthError::SessionRevoked)));
}

#[tokio::test]
async fn an_unknown_refresh_token_changes_nothing() {
    let office = office().await;
    let session = office.signed_in().await;
    for token in ["", "hgr_", "hgr_zz", &format!("hgr_{}", "0".repeat(64)), session.access_token.expose()] {
        assert!(
            matches!(office.auth.refresh(&token.into()).await, Err(AuthError::SignInRequired)),
            "{token}"
        );
    }
    assert!(office.auth.refresh(&session.refresh_token).await.is_ok());
}

#[tokio::test]
async fn a_session_that_was_not_used_for_its_time_is_over() {
    let office = office().await;
    let session = office.signed_in().await;
    office.clock.pass_seconds(i64::from(session.refresh_seconds) + 1);
    assert!(matches!(office.auth.refresh(&session.refresh_token).await, Err(AuthError::SignInRequired)));
}

/// Checked by leaving the cache alone on a change: the blocked device was then
/// let in.
#[tokio::test]
async fn blocking_reaches_at_once_in_this_process_and_within_seconds_elsewhere() {
    let office = office().await;
    let session = office.signed_in().await;
    assert!(office.is_let_in(&session).await.is_ok());
    let device = session.device;
    office
        .auth
        .change(move |transaction, now| revoke_device(transaction, device, now))
        .await
        .expect("blocked");
    assert!(matches!(office.is_let_in(&session).await, Err(AuthError::DeviceRevoked)));
    assert!(matches!(office.auth.refresh(&session.refresh_token).await, Err(AuthError::DeviceRevoked)));

    let session = office.signed_in().await;
    assert!(office.is_let_in(&session).await.is_ok());
    let user = office.user;
    let elsewhere =
        office.auth.inner.store.write(move |transaction| {
            disable_user(transaction, user, Instant::from_millis(1_790_000_000_000))
        });
    elsewhere.await.expect("barred by another process");
    office.clock.pass_seconds(5);
    assert!(matches!(office.is_let_in(&session).await, Err(AuthError::UserDisabled)));
    assert!(matches!(
        office.auth.sign_in(sign_in("reza", PASSWORD, None)).await,
        Err(AuthError::UserDisabled)
    ));
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let office = office().await;
    let session = office.signed_in().await;
    let user = office.user;
    let hash = office.auth.hash_password("another horse".into()).await.expect("hashed");
    office
        .auth
        .change(move |transaction, now| set_password(transaction, user, &hash, now))
        .await
        .expect("set");
    assert!(matches!(office.is_let_in(&session).await, Err(AuthError::SessionRevoked)));
    assert!(matches!(office.auth.refresh(&session.refresh_token).await, Err(AuthError::SessionRevoked)));
    assert!(office.auth.sign_in(sign_in("reza", PASSWORD, None)).await.is_err());
    assert!(office.auth.sign_in(sign_in("reza", "another horse", None)).await.is_ok());
}

#[tokio::test]
async fn a_phone_is_renewed_only_past_half_of_its_life() {
    let office = office().await;
    let session = office.signed_in().await;
    let caller = office.is_let_in(&session).await.expect("let in");
    assert!(office.auth.renew(&caller).await.expect("asked").is_none());
    office.clock.pass_seconds(i64::from(session.access_seconds) / 2 + 1);
    let renewed = office.auth.renew(&caller).await.expect("asked").expect("renewed");
    office.clock.pass_seconds(i64::from(session.access_seconds) / 2 + 10);
    assert!(matches!(office.is_let_in(&session).await, Err(AuthError::TokenExpired)));
    assert!(office.auth.admit(renewed.access_token.expose()).await.is_ok());
}

#[tokio::test]
async fn a_code_enrols_one_phone_once() {
    let office = office().await;
    let code = office.auth.make_code(office.user, office.user).await.expect("made");
    let enrolment =
        || Enrolment { code: code.code.expose().to_lowercase().into(), device_name: "a phone".to_owned() };
    let session = office.auth.enrol(enrolment()).await.expect("enrolled");
    assert_eq!(office.is_let_in(&session).await.expect("let in").user, office.user);
    assert!(matches!(office.auth.enrol(enrolment()).await, Err(AuthError::CodeInvalid)));
}

/// Checked by not counting wrong attempts: the sixth, right one then enrolled.
#[tokio::test]
async fn a_code_dies_after_five_wrong_attempts_and_when_its_time_is_over() {
    let office = office().await;
    let code = office.auth.make_code(office.user, office.user).await.expect("made").code;
    let (selector, _) = code.expose().split_once('-').expect("three groups");
    let enrol =
        |code: &str| office.auth.enrol(Enrolment { code: code.into(), device_name: "a phone".to_owned() });
    for attempt in 0..5 {
        let wrong = format!("{selector}-0000-000{attempt}");
        assert!(matches!(enrol(&wrong).await, Err(AuthError::CodeInvalid)));
    }
    assert!(matches!(enrol(code.expose()).await, Err(AuthError::CodeInvalid)));

    let code = office.auth.make_code(office.user, office.user).await.expect("made").code;
    office.clock.pass_seconds(86_401);
    assert!(matches!(enrol(code.expose()).await, Err(AuthError::CodeInvalid)));
}

#[tokio::test]
async fn signing_out_ends_the_session_only() {
    let office = office().await;
    let (first, second) = (office.signed_in().await, office.signed_in().await);
    let caller = office.is_let_in(&first).await.expect("let in");
    office.auth.sign_out(caller.session).await.expect("signed out");
    assert!(matches!(office.is_let_in(&first).await, Err(AuthError::SessionRevoked)));
    assert!(office.is_let_in(&second).await.is_ok());
}

#[tokio::test]
async fn expired_sessions_are_swept_with_their_tokens() {
    let office = office().await;
    let old = office.signed_in().await;
    let caller = office.is_let_in(&old).await.expect("let in");
    office.clock.pass_seconds(i64::from(old.refresh_seconds) + 8 * 86_400);
    let _new = office.signed_in().await;
    let find = move |connection: &rusqlite::Connection| find_session(connection, caller.session);
    assert_eq!(office.auth.inner.store.read(find).await.expect("read"), None);
}

#[tokio::test]
async fn a_barred_phone_is_known_long_after_its_token_is_over_and_nobody_else_is() {
    let office = office().await;
    let session = office.signed_in().await;
    assert_eq!(office.auth.barred(session.access_token.expose()).await.expect("asked"), None);
    office.clock.pass_seconds(30 * 86_400);
    assert!(matches!(office.is_let_in(&session).await, Err(AuthError::TokenExpired)));
    assert_eq!(
        office.auth.barred(session.access_token.expose()).await.expect("asked"),
        None,
        "it is only late"
    );
    let (user, device) = (office.user, session.device);
    office
        .auth
        .change(move |transaction, now| revoke_device(transaction, device, now))
        .await
        .expect("blocked");
    let barred = office.auth.barred(session.access_token.expose()).await.expect("asked").expect("barred");
    assert_eq!((barred.why, barred.session.device), (wire::ErrorCode::DeviceRevoked, device));
    office.auth.change(move |transaction, now| disable_user(transaction, user, now)).await.expect("barred");
    let barred = office.auth.barred(session.access_token.expose()).await.expect("asked").expect("barred");
    assert_eq!(barred.why, wire::ErrorCode::UserDisabled);
    let mut forged = session.access_token.expose().to_owned();
    forged.pop();
    assert!(matches!(office.auth.barred(&forged).await, Err(AuthError::SignInRequired)));
}
