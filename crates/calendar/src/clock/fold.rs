//! From the facts to the rounds.

use domain::Instant;

use super::{ClockFact, ClockPolicy, FactKind, OnReply, PauseReason, Round, RoundState};
use crate::{CalendarBook, NeverOpen, Span};

/// A round without a decision.
struct Open {
    source: String,
    started_at: Instant,
    used: Span,
    phase: Phase,
}

#[derive(Clone, Copy)]
enum Phase {
    Running { since: Instant },
    Paused { since: Instant, reason: PauseReason },
}

struct Fold<'a> {
    policy: &'a ClockPolicy,
    book: &'a CalendarBook,
    decided: Vec<Round>,
    open: Option<Open>,
}

/// `facts` are sorted; those after `now` have not happened yet.
pub(super) fn fold(
    policy: &ClockPolicy,
    facts: &[ClockFact],
    book: &CalendarBook,
    now: Instant,
) -> Result<Vec<Round>, NeverOpen> {
    let mut fold = Fold { policy, book, decided: Vec::new(), open: None };
    for fact in facts.iter().take_while(|fact| fact.at <= now) {
        fold.run_to(fact.at)?;
        fold.take(fact);
    }
    fold.run_to(now)?;
    fold.rounds(now)
}

impl Fold<'_> {
    /// Lets time pass: what is due before an instant is decided by then.
    fn run_to(&mut self, now: Instant) -> Result<(), NeverOpen> {
        let Some(open) = &self.open else { return Ok(()) };
        let Phase::Running { since } = open.phase else { return Ok(()) };
        let due = self.due(since, open.used)?;
        if due < now {
            let used = self.policy.target;
            self.decide(used, RoundState::Breached { due, answered_at: None });
        }
        Ok(())
    }

    fn due(&self, since: Instant, used: Span) -> Result<Instant, NeverOpen> {
        self.book.due(self.policy.basis, since, self.policy.target.minus(used))
    }

    fn take(&mut self, fact: &ClockFact) {
        let at = fact.at;
        match fact.kind {
            FactKind::Started if self.open.is_none() && self.decided.is_empty() => self.start(fact),
            FactKind::CustomerReplied if self.policy.on_reply == OnReply::Restart => self.start(fact),
            FactKind::Started | FactKind::CustomerReplied => {}
            FactKind::Paused(reason) => self.pause(at, reason),
            FactKind::Resumed => self.resume(at),
            FactKind::Answered if self.open.is_some() => {
                let used = self.used_until(at);
                self.decide(used, RoundState::Met { at });
            }
            FactKind::Answered => self.answer_late(at),
            FactKind::Withdrawn => {
                let used = self.used_until(at);
                self.decide(used, RoundState::Withdrawn { at });
            }
        }
    }

    /// A round that is still open is forgotten: it asked for an answer to what
    /// the customer has replaced by something newer.
    fn start(&mut self, fact: &ClockFact) {
        self.open = Some(Open {
            source: fact.source.clone(),
            started_at: fact.at,
            used: Span::ZERO,
            phase: Phase::Running { since: fact.at },
        });
    }

    fn pause(&mut self, at: Instant, reason: PauseReason) {
        let used = self.used_until(at);
        if let Some(open) = &mut self.open
            && matches!(open.phase, Phase::Running { .. })
            && self.policy.pauses_for(reason)
        {
            open.used = used;
            open.phase = Phase::Paused { since: at, reason };
        }
    }

    const fn resume(&mut self, at: Instant) {
        if let Some(open) = &mut self.open
            && matches!(open.phase, Phase::Paused { .. })
        {
            open.phase = Phase::Running { since: at };
        }
    }

    fn used_until(&self, at: Instant) -> Span {
        self.open.as_ref().map_or(Span::ZERO, |open| match open.phase {
            Phase::Running { since } => open.used.plus(self.book.used(self.policy.basis, since, at)),
            Phase::Paused { .. } => open.used,
        })
    }

    fn decide(&mut self, used: Span, state: RoundState) {
        if let Some(Open { source, started_at, .. }) = self.open.take() {
            self.decided.push(Round { source, started_at, used, state });
        }
    }

    /// An answer after the time ran out changes nothing, but it is an answer.
    fn answer_late(&mut self, at: Instant) {
        if let Some(Round { state: RoundState::Breached { answered_at, .. }, .. }) = self.decided.last_mut() {
            answered_at.get_or_insert(at);
        }
    }

    fn rounds(mut self, now: Instant) -> Result<Vec<Round>, NeverOpen> {
        let used = self.used_until(now);
        let state = match &self.open {
            None => return Ok(self.decided),
            Some(Open { phase: Phase::Paused { since, reason }, .. }) => {
                RoundState::Paused { since: *since, reason: *reason }
            }
            Some(open @ Open { phase: Phase::Running { since }, .. }) => {
                RoundState::Running { due: self.due(*since, open.used)? }
            }
        };
        self.decide(used, state);
        Ok(self.decided)
    }
}
