//! Agents and sessions as the node lists them.

use contract::node::Activity;
use link::event::{Agent, Body, Event, Session};

use super::check;
use super::script::play;
use crate::apply::{Fact, Taken};
use crate::view;

fn session(key: &str, agent: &str, updated_at: i64) -> Session {
    Session { key: key.into(), agent_id: Some(agent.into()), updated_at: Some(updated_at), ..Session::default() }
}

fn agent(id: &str) -> Agent {
    Agent { id: id.into(), name: id.to_uppercase(), ..Agent::default() }
}

#[test]
fn sessions_that_the_node_no_longer_has_are_gone() {
    let mut play = play("");
    play.fact(&Fact::Sessions(vec![session("a", "x", 9_000), session("b", "x", 9_001)]));
    play.fact(&Fact::Sessions(vec![session("b", "x", 9_001)]));
    let keys: Vec<String> = view::node::node(&play.truth).sessions.into_iter().map(|session| session.key).collect();
    assert_eq!(keys, ["b"]);
}

#[test]
fn a_session_that_is_only_heard_of_first_is_no_news_and_a_new_one_is() {
    let mut play = play("");
    let heard = |key| Fact::Event(Event::new(0, Body::SessionChanged(session(key, "x", 9_000))));
    assert_eq!(play.fact(&heard("a")), Taken::Known, "the lists were not read yet");
    play.fact(&Fact::Sessions(vec![session("a", "x", 9_000)]));
    assert_eq!(play.fact(&heard("a")), Taken::Known);
    assert_eq!(play.fact(&heard("b")), Taken::New);
}

#[test]
fn a_description_keeps_what_a_shorter_one_leaves_out() {
    let mut play = play("");
    let about = Session { title: Some("Plans".into()), ..session("a", "x", 5) };
    play.fact(&Fact::Sessions(vec![about]));
    let shorter = Session { key: "a".into(), ..Session::default() };
    play.fact(&Fact::Event(Event::new(0, Body::SessionChanged(shorter))));
    let shown = view::node::node(&play.truth).sessions.remove(0);
    assert_eq!((shown.title.as_str(), shown.agent.as_deref(), shown.updated_at), ("Plans", Some("x"), Some(5)));
}

#[test]
fn an_agent_is_as_busy_as_its_busiest_session() {
    let mut play = play("");
    play.fact(&Fact::Agents(vec![agent("x"), agent("y")]));
    play.fact(&Fact::Sessions(vec![session("a", "x", 9_000), session("b", "x", 9_500), session("c", "y", 1)]));
    let start = Event { session: Some("a".into()), run: Some("r".into()), ..Event::new(0, Body::RunStarted) };
    play.fact(&Fact::Event(start));
    let agents = view::node::node(&play.truth).agents;
    assert_eq!((agents[0].activity, agents[0].session.as_deref()), (Activity::Running, Some("b")));
    assert_eq!((agents[1].activity, agents[1].session.as_deref()), (Activity::Idle, Some("c")));
}

#[test]
fn a_session_removed_while_it_is_shown_says_so() {
    check("history u:hi\nremoved", "user hi\nfault This session was removed on its node.");
}

#[test]
fn a_node_shows_its_newest_sessions_and_counts_all() {
    let mut play = play("");
    play.fact(&Fact::Sessions((0..300).map(|at| session(&format!("s{at}"), "x", at)).collect()));
    let node = view::node::node(&play.truth);
    assert_eq!((node.sessions.len(), node.session_count), (200, 300));
    assert_eq!(node.sessions[0].key, "s299");
}

#[test]
fn sessions_that_nobody_shows_keep_few_rows_and_few_keep_any() {
    let mut play = play("");
    for session in 0..30 {
        for row in 0..200 {
            let body = Body::Notice { text: format!("{row}") };
            let event = Event { session: Some(format!("s{session}").into()), ..Event::new(0, body) };
            play.fact(&Fact::Event(event));
        }
    }
    let kept: Vec<usize> =
        play.truth.sessions().filter_map(|session| Some(session.transcript.as_ref()?.rows.len())).collect();
    assert!(kept.len() <= 10, "{kept:?}");
    assert!(kept.iter().all(|rows| *rows <= 80), "{kept:?}");
}
