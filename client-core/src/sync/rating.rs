//! The person's own rating. It is the server's figure, so it is asked for when it is
//! looked at, and needs a network.

use std::time::Duration;

use domain::{DocId, Instant};
use scoring::{RatingExplanation, SatisfiedShare, Standing};
use serde::Deserialize;

use super::run::{Ended, Run};
use super::transport::{HttpRequest, Method, Transport};
use super::{SyncOptions, reply};
use crate::{Client, ClientError};

const TIMEOUT: Duration = Duration::from_secs(30);

/// How customers rated the person's work.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    /// When it was asked for, by this device.
    pub at: Instant,
    /// How it is to be shown.
    pub standing: Standing,
    /// From 1 to 5, rounded half-up to a tenth.
    pub stars: f64,
    /// The stars of the lower bound, by which people are ranked.
    pub stars_lower: f64,
    /// How many surveys count.
    pub surveys: u64,
    /// The share of satisfied customers with its interval.
    pub satisfied: Option<SatisfiedShare>,
    /// What each survey did, the costliest first.
    pub effects: Vec<RatingEffect>,
    /// How many surveys do not count.
    pub excluded: u64,
}

/// What the survey of one job did to a rating.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingEffect {
    /// The job.
    pub job: DocId,
    /// The customer's score, from 0 to 1.
    pub score: f64,
    /// How many stars it cost; negative where it helped.
    pub cost: f64,
}

/// The part of the server's answer that is read.
#[derive(Deserialize)]
struct Explained {
    explanation: RatingExplanation,
}

impl Client {
    /// Asks the server for the person's own rating.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, or the server cannot be reached or refuses.
    pub async fn fetch_rating(&self, transport: &dyn Transport) -> Result<Rating, ClientError> {
        let user = self.session()?.ok_or(ClientError::NotSignedIn)?.user;
        let options = SyncOptions::default();
        let mut run = Run::new(self, transport, &options);
        let response = match run.send_authorised(|| request(&format!("/v1/ratings/{user}"))).await {
            Ok(response) => response,
            Err(Ended::Failed(error)) => return Err(error),
            Err(Ended::Stopped(_)) => return Err(ClientError::Cancelled),
        };
        let Explained { explanation } = reply::json(&response)?;
        Ok(rating_of(&explanation, self.core.clock.now().at))
    }
}

fn request(path: &str) -> HttpRequest {
    let path = path.to_owned();
    HttpRequest { method: Method::Get, path, headers: Vec::new(), body: Vec::new(), timeout: TIMEOUT }
}

fn rating_of(explained: &RatingExplanation, at: Instant) -> Rating {
    let effects = explained.surveys.iter().map(|effect| RatingEffect {
        job: effect.survey.job,
        score: effect.survey.score.to_f64(),
        cost: effect.cost,
    });
    Rating {
        at,
        standing: explained.rating.standing,
        stars: explained.rating.stars_shown,
        stars_lower: 1.0 + 4.0 * explained.rating.lower,
        surveys: u64::try_from(explained.rating.surveys).unwrap_or(0),
        satisfied: explained.rating.satisfied,
        effects: effects.collect(),
        excluded: explained.excluded.len() as u64,
    }
}
