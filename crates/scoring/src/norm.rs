//! What parts cost elsewhere: the mean of the network for a kind of job and a
//! group of models, without the representative who is judged by it.

use std::collections::BTreeMap;

use domain::AgencyId;
use serde::{Deserialize, Serialize};

/// A kind of job on a group of models.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobMix {
    /// The kind of job.
    pub job_type: String,
    /// The group of models.
    pub model_group: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Cell {
    cost: i128,
    jobs: i64,
}

/// The costs of a network, kept up job by job. Like a prior it is to be frozen
/// per month: a figure by which people were judged must not move afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartsNorm {
    network: BTreeMap<JobMix, Cell>,
    agencies: BTreeMap<(JobMix, AgencyId), Cell>,
}

impl PartsNorm {
    /// One job more, with the cost of its parts in rial.
    pub fn add(&mut self, mix: &JobMix, agency: AgencyId, cost: i64) {
        self.count(mix, agency, cost, 1);
    }

    /// One job less, that was added before.
    pub fn remove(&mut self, mix: &JobMix, agency: AgencyId, cost: i64) {
        self.count(mix, agency, cost, -1);
    }

    /// What parts of such a job cost elsewhere on average, in rial, half-up; none
    /// where no other representative has done one.
    #[must_use]
    pub fn expected(&self, mix: &JobMix, agency: AgencyId) -> Option<i64> {
        let all = self.network.get(mix)?;
        let own = self.agencies.get(&(mix.clone(), agency)).copied().unwrap_or_default();
        let (cost, jobs) = (all.cost - own.cost, all.jobs - own.jobs);
        mean_cost(cost, jobs)
    }

    fn count(&mut self, mix: &JobMix, agency: AgencyId, cost: i64, times: i64) {
        let add = |cell: &mut Cell| {
            cell.cost += i128::from(cost) * i128::from(times);
            cell.jobs += times;
            *cell == Cell::default()
        };
        // Cells without a job are dropped, so that what was added and taken away
        // leaves no trace.
        if add(self.network.entry(mix.clone()).or_default()) {
            self.network.remove(mix);
        }
        let key = (mix.clone(), agency);
        if add(self.agencies.entry(key.clone()).or_default()) {
            self.agencies.remove(&key);
        }
    }
}

/// What one of some jobs cost on average, half-up; none of no job.
#[must_use]
pub fn mean_cost(cost: i128, jobs: i64) -> Option<i64> {
    let mean = (2 * cost + i128::from(jobs)).checked_div_euclid(2 * i128::from(jobs))?;
    i64::try_from(mean).ok()
}
