//! Which events an event comes after, as one scalar: their ids ascending, each in
//! its 11 characters, with nothing between.
//!
//! The ids stand there as they stand as keys, so that a page of documents
//! compresses better: 2,000 jobs of 13 changes take a tenth less than with the
//! same ids as bytes.

use domain::EventId;

use crate::inspect::Scalar;

/// The characters of one id.
const ID_CHARS: usize = 11;

/// The scalar that an event after these events carries.
#[must_use]
pub fn after_scalar(events: &[EventId]) -> Scalar {
    let mut events = events.to_vec();
    events.sort_unstable();
    events.dedup();
    Scalar::Text(events.iter().map(EventId::to_string).collect())
}

/// The events in a text that [`after_scalar`] wrote; `None` for any other text.
pub(crate) fn after_ids(text: &str) -> Option<Vec<EventId>> {
    let ids: Vec<EventId> = text
        .as_bytes()
        .chunks(ID_CHARS)
        .map(|id| std::str::from_utf8(id).ok()?.parse().ok())
        .collect::<Option<_>>()?;
    ids.is_sorted_by(|earlier, later| earlier < later).then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> EventId {
        EventId::from_bytes(number.to_be_bytes())
    }

    #[test]
    fn events_survive_their_scalar_in_order_and_once() {
        for (given, kept) in [
            (vec![], vec![]),
            (vec![id(7)], vec![id(7)]),
            (vec![id(u64::MAX), id(1), id(300), id(1)], vec![id(1), id(300), id(u64::MAX)]),
        ] {
            let Scalar::Text(text) = after_scalar(&given) else { panic!("a text") };
            assert_eq!(text.len(), kept.len() * ID_CHARS);
            assert_eq!(after_ids(&text), Some(kept));
        }
    }

    #[test]
    fn other_texts_are_no_events() {
        let (one, two) = (id(1).to_string(), id(2).to_string());
        for bad in [format!("{two}{one}"), format!("{one}{one}"), format!("{one}A"), "همگام‌همگام".to_owned()]
        {
            assert_eq!(after_ids(&bad), None, "{bad}");
        }
    }
}
