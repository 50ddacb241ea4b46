//! Several routes to one gateway: in which order, and what it means that none of them works. Pure.

use crate::event::NodeState;
use crate::failure::{Failure, sentence, with_reason};
use crate::route::{Route, Routes};
use crate::target::Passed;

/// A route that failed, with its number.
pub(crate) type Failed = (usize, Route, Failure);

/// The routes with their numbers; the one numbered `last`, which opened a socket and then went silent, comes after all
/// others this time.
pub(crate) fn order(routes: &Routes, last: Option<usize>) -> Vec<(usize, &Route)> {
    let mut all: Vec<_> = routes.iter().enumerate().collect();
    all.sort_by_key(|(number, _)| Some(*number) == last);
    all
}

pub(crate) fn passed((number, route, failure): &Failed) -> Passed {
    Passed { number: *number, route: route.clone(), reason: sentence(failure.reason()) }
}

/// What follows when no route works: a certificate that a person has to look at comes first, then that it may pass.
pub(crate) fn none_works(mut failed: Vec<Failed>) -> Failure {
    if failed.len() < 2 {
        return failed.pop().map_or_else(|| Failure::Wrong("there is no route".to_owned()), |(_, _, failure)| failure);
    }
    let words = words(&failed);
    let passes = |failure: &Failure| {
        matches!(failure, Failure::Away(_) | Failure::Busy { .. } | Failure::Later { .. } | Failure::Meanwhile(_))
    };
    let may_pass = failed.iter().any(|(_, _, failure)| passes(failure));
    let stopped = |wanted: fn(&NodeState) -> bool| {
        failed.iter().find_map(|(_, _, failure)| match failure {
            Failure::Stopped(state) if wanted(state) => Some(with_reason(state.clone(), words.clone())),
            _ => None,
        })
    };
    match (stopped(|state| matches!(state, NodeState::Untrusted { .. })), may_pass) {
        (Some(state), true) => return Failure::Meanwhile(state),
        (Some(state), false) => return Failure::Stopped(state),
        (None, true) => return Failure::Away(words),
        (None, false) => {}
    }
    match stopped(|_| true) {
        Some(state) => Failure::Stopped(state),
        None => Failure::Wrong(words),
    }
}

fn words(failed: &[Failed]) -> String {
    let each = failed.iter().map(|(_, route, failure)| format!("{route}: {}", sentence(failure.reason())));
    format!("none of the {} routes works. {}", failed.len(), each.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(failures: Vec<Failure>) -> Failure {
        let route = |number: usize| Route::parse(&format!("lan{number}:1")).unwrap();
        none_works(failures.into_iter().enumerate().map(|(at, failure)| (at, route(at), failure)).collect())
    }

    fn away() -> Failure {
        Failure::Away("nothing listens".to_owned())
    }

    fn untrusted() -> Failure {
        let (fingerprint, reason) = ("sha256:00".to_owned(), "unknown".to_owned());
        Failure::Stopped(NodeState::Untrusted {
            fingerprint,
            pinned: None,
            reason,
            certificate: None,
            authority: None,
            trusted: None,
        })
    }

    fn unauthorised() -> Failure {
        Failure::Stopped(NodeState::Unauthorised { reason: "a login".to_owned() })
    }

    #[test]
    fn a_single_route_speaks_for_itself() {
        assert_eq!(failed(vec![away()]), away());
    }

    #[test]
    fn each_route_says_its_sentence_and_what_may_pass_is_tried_again() {
        let all = failed(vec![away(), Failure::Wrong("a web page".to_owned()), unauthorised()]);
        let words = "none of the 3 routes works. wss://lan0:1: Nothing listens. wss://lan1:1: A web page. \
                     wss://lan2:1: A login.";
        assert_eq!(all, Failure::Away(words.to_owned()));
    }

    #[test]
    fn a_certificate_to_look_at_is_shown_even_while_others_may_come_back() {
        let both = failed(vec![away(), untrusted()]);
        assert!(matches!(&both, Failure::Meanwhile(NodeState::Untrusted { .. })), "{both:?}");
        assert!(both.reason().contains("lan0"), "{both:?}");
        assert!(matches!(failed(vec![untrusted(), unauthorised()]), Failure::Stopped(NodeState::Untrusted { .. })));
    }

    #[test]
    fn what_only_a_person_can_mend_stops() {
        let wrong = || Failure::Wrong("a web page".to_owned());
        assert!(matches!(failed(vec![wrong(), unauthorised()]), Failure::Stopped(NodeState::Unauthorised { .. })));
        assert!(matches!(failed(vec![wrong(), wrong()]), Failure::Wrong(_)));
    }

    #[test]
    fn a_route_that_went_silent_comes_last_once() {
        let route = |text: &str| Route::parse(text).unwrap();
        let routes = Routes::new(route("a:1"), vec![route("b:1"), route("c:1")]);
        let numbers = |last| order(&routes, last).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers(None), [0, 1, 2]);
        assert_eq!(numbers(Some(0)), [1, 2, 0]);
    }
}
