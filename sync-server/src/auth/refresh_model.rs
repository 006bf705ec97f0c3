//! Tests: refreshing as a state machine, against a model. Random runs of refreshes
//! with the newest token, with the one before (the reply was lost), with older ones
//! (copied), with foreign ones, of signing out and of time passing.

use domain::Secret;
use proptest::prelude::*;

use super::tests::{Office, office};
use super::{AuthError, Session};

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Refreshes with the token that is so many behind the newest.
    Refresh(usize),
    /// Refreshes twice at once with the newest.
    RefreshTwice,
    /// Refreshes with a token of no session.
    RefreshUnknown,
    /// Lets most of the session's life pass.
    Wait,
    /// Lets more than all of it pass.
    WaitTooLong,
    SignOut,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Refresh(0)),
        4 => Just(Step::Refresh(1)),
        1 => (2_usize..5).prop_map(Step::Refresh),
        2 => Just(Step::RefreshTwice),
        1 => Just(Step::RefreshUnknown),
        2 => Just(Step::Wait),
        1 => Just(Step::WaitTooLong),
        1 => Just(Step::SignOut),
    ]
}

/// What must be: the tokens given so far, and whether the session lives.
struct Model {
    tokens: Vec<Secret>,
    life: Life,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Lives,
    Ended,
    Over,
}

impl Model {
    /// What a refresh with the token so many behind the newest must come to.
    fn refresh(&mut self, behind: usize, got: Result<Session, AuthError>) {
        let newest = self.tokens.len() - 1;
        match (self.life, behind, got) {
            (Life::Lives, 0, Ok(session)) => {
                assert!(!self.tokens.contains(&session.refresh_token), "a new token is new");
                self.tokens.push(session.refresh_token);
            }
            (Life::Lives, 1, Ok(session)) => {
                assert_eq!(session.refresh_token, self.tokens[newest], "the same successor again");
            }
            (Life::Lives, 2.., Err(AuthError::SessionRevoked)) => self.life = Life::Ended,
            (Life::Ended, _, Err(AuthError::SessionRevoked)) => {}
            (Life::Over, _, Err(AuthError::SignInRequired)) => {}
            (life, behind, got) => panic!("{life:?}, {behind} behind: {:?}", got.map(|_| "tokens")),
        }
    }
}

async fn play(office: &Office, steps: &[Step]) {
    let session = office.signed_in().await;
    let caller = office.auth.admit(session.access_token.expose()).await.expect("let in");
    let mut model = Model { tokens: vec![session.refresh_token.clone()], life: Life::Lives };
    for step in steps {
        match *step {
            Step::Refresh(behind) => {
                let behind = behind.min(model.tokens.len() - 1);
                let token = &model.tokens[model.tokens.len() - 1 - behind];
                let got = office.auth.refresh(token).await;
                model.refresh(behind, got);
            }
            Step::RefreshTwice => {
                let token = model.tokens[model.tokens.len() - 1].clone();
                let (one, other) = tokio::join!(office.auth.refresh(&token), office.auth.refresh(&token));
                let lives = model.life == Life::Lives;
                model.refresh(0, one);
                model.refresh(usize::from(lives), other);
            }
            Step::RefreshUnknown => {
                let got = office.auth.refresh(&format!("hgr_{}", "5".repeat(64)).into()).await;
                assert!(matches!(got, Err(AuthError::SignInRequired)));
            }
            Step::Wait => {
                office.clock.pass_seconds(i64::from(session.refresh_seconds) - 60);
                let newest = model.tokens[model.tokens.len() - 1].clone();
                let got = office.auth.refresh(&newest).await;
                model.refresh(0, got);
            }
            Step::WaitTooLong => {
                office.clock.pass_seconds(i64::from(session.refresh_seconds) + 1);
                if model.life == Life::Lives {
                    model.life = Life::Over;
                }
            }
            Step::SignOut => {
                office.auth.sign_out(caller.session).await.expect("signed out");
                model.life = Life::Ended;
            }
        }
    }
}

#[test]
fn refreshing_is_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let office = runtime.block_on(office());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let steps = proptest::collection::vec(step(), 1..24);
    let held = runner.run(&steps, |steps| {
        runtime.block_on(play(&office, &steps));
        Ok(())
    });
    held.expect("the model holds");
}
