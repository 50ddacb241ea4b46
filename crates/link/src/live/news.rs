//! What a frame added to the events of its burst: a piece of an answer is joined to the last one where it can be.

use crate::dialect::Out;
use crate::event::{Body, Event};

/// How many events there are, and how much the last one says if it is a piece of an answer.
pub(super) fn told(out: &Out) -> (usize, usize) {
    let said = match out.events.last().map(|event| &event.body) {
        Some(Body::TextDelta { text } | Body::ThinkingDelta { text }) => text.len(),
        _ => 0,
    };
    (out.events.len(), said)
}

/// What is new: events, or the one that got longer.
pub(super) fn news(out: &Out, (count, said): (usize, usize)) -> &[Event] {
    let (count_now, said_now) = told(out);
    let grown = count_now == count && said_now > said;
    out.events.get(count - usize::from(grown)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_is_joined_to_the_last_one_is_news_like_one_that_stands_alone() {
        let piece = |text: &str| Event::new(1, Body::TextDelta { text: text.to_owned() });
        let mut out = Out { events: vec![piece("a")], ..Out::default() };
        let before = told(&out);
        assert_eq!(news(&out, before), []);
        out.events[0] = piece("ab");
        assert_eq!(news(&out, before), [piece("ab")]);
        out.events.push(piece("c"));
        assert_eq!(news(&out, before), [piece("c")]);
    }
}
