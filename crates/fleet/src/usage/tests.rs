//! Nothing is counted twice, and what is unknown is not nothing.

use std::path::Path;

use store::rusqlite::Connection;

use super::*;

fn table(runs: &[Run]) -> Vec<Sum> {
    let mut db = Connection::open_in_memory().unwrap();
    db.execute_batch(table::CREATE.sql).unwrap();
    let tx = db.transaction().unwrap();
    runs.iter().for_each(|run| table::put(&tx, run).unwrap());
    tx.commit().unwrap();
    table::since(&db, 0).unwrap()
}

fn ended(node: &str, run: &str, model: Option<&str>, tokens: Option<(u64, u64)>) -> Run {
    Run {
        node: node.into(),
        name: node.into(),
        run: run.into(),
        agent: Some("main".into()),
        session: Some("s".into()),
        model: model.map(str::to_owned),
        day: "2026-11-21".into(),
        at: 5,
        tokens: tokens.map(|(input, output)| Tokens { input, output, ..Tokens::default() }),
    }
}

#[test]
fn a_run_heard_twice_counts_once_and_what_came_late_is_taken_over() {
    let sums = table(&[
        ended("n", "r1", None, None),
        ended("n", "r1", Some("m"), Some((10, 3))),
        ended("n", "r1", Some("m"), Some((10, 3))),
        ended("other", "r1", Some("m"), Some((1, 1))),
    ]);
    let seen: Vec<_> = sums.iter().map(|sum| (&*sum.node, sum.runs, sum.tokens.input, sum.model.as_deref())).collect();
    assert_eq!(seen, [("n", 1, 10, Some("m")), ("other", 1, 1, Some("m"))]);
}

fn truth() -> Truth {
    let head = crate::truth::NodeHead {
        id: "n".into(),
        name: "n".into(),
        vendor: contract::node::Vendor::Openclaw,
        address: String::new(),
        local: false,
        order: 0,
        reach: contract::node::Reach::default(),
        pins: Vec::new(),
    };
    Truth::new(head, 0)
}

fn said(id: &str, run: Option<&str>, output: u64) -> link::event::Message {
    link::event::Message {
        id: id.into(),
        role: Role::Assistant,
        text: format!("answer {id}").into(),
        sent_at: Some(5),
        run_id: run.map(Into::into),
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: Some("m".into()),
        usage: Some(link::event::Usage { input: 10, output, ..link::event::Usage::default() }),
    }
}

#[test]
fn what_was_heard_counts_once_where_history_names_no_run() {
    let mut truth = truth();
    let mut changes = crate::apply::Changes::default();
    let mut take = |fact: crate::apply::Fact| crate::apply::apply(&mut truth, &fact, 5, &mut changes);
    let heard = |body| {
        let (run, session) = (Some("r1".into()), Some("s".into()));
        crate::apply::Fact::Event(Event { run, session, ..Event::new(5, body) })
    };
    use link::event::{Body, NodeState, Outcome};
    let ready = NodeState::Ready { version: None, product: None, scopes: Vec::new() };
    take(crate::apply::Fact::Event(Event::new(5, Body::NodeState(ready))));
    take(crate::apply::Fact::Watched { session: "s".into(), shown: crate::apply::Shown::Yes });
    take(heard(Body::RunStarted));
    take(heard(Body::TextDelta { text: "answer 2".into() }));
    take(heard(Body::RunFinished(RunEnd { outcome: Outcome::Ok, text: None, usage: None, error: None })));
    // What came before is of a time when nobody listened.
    let page = Page { messages: vec![said("1", None, 1), said("2", None, 2)], ..Page::default() };
    take(crate::apply::Fact::History { session: "s".into(), page: page.clone() });
    let runs = of_page(&truth, "s", &page);
    let ids: Vec<_> = runs.iter().map(|run| run.run.as_str()).collect();
    assert_eq!(ids, ["r1", "s#1"]);
}

#[test]
fn what_history_tells_is_the_run_that_was_heard() {
    let truth = truth();
    let messages = vec![said("1", Some("r1"), 1), said("2", Some("r1"), 2), said("3", None, 4)];
    let page = Page { messages, ..Page::default() };
    let mut runs = of_page(&truth, "s", &page);
    runs.extend(of_page(&truth, "s", &page));
    runs.push(Run { day: day(5), ..ended("n", "r1", Some("m"), Some((20, 3))) });
    let sums = table(&runs);
    let total = sums.iter().fold((0, 0, 0), |(n, i, o), s| (n + s.runs, i + s.tokens.input, o + s.tokens.output));
    assert_eq!(total, (2, 30, 7), "{sums:?}");
}

#[test]
fn what_has_no_price_or_no_count_is_unknown_and_never_nothing() {
    let prices = "[[price]]\nmodel = \"m\"\ninput = 2\noutput = 4\n";
    let prices = Prices::parse(Path::new("prices.toml"), prices).unwrap();
    let sums = table(&[
        ended("n", "r1", Some("m"), Some((1_000_000, 500_000))),
        ended("n", "r2", Some("unheard-of"), Some((7, 7))),
        ended("n", "r3", Some("m"), None),
        ended("n", "r4", None, Some((7, 7))),
    ]);
    let report = summed(&sums, &prices, &[By::Model]);
    assert_eq!((report.total.runs, report.total.unpriced), (4, 3));
    assert_eq!(report.total.costs, [Money { currency: "USD".into(), amount: 4.0 }]);
    let of = |model: Option<&str>| report.rows.iter().find(|row| row.model.as_deref() == model).unwrap().spend.clone();
    assert!(of(Some("unheard-of")).costs.is_empty() && of(Some("unheard-of")).unpriced == 1);
    assert_eq!((of(Some("m")).runs, of(Some("m")).unpriced), (2, 1));
    assert_eq!(report.rows[0].model.as_deref(), Some("m"), "the largest first");
}
