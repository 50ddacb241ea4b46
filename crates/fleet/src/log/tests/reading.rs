//! Lines through a filter, and words found again.

use contract::activity::{Filter, Mark};
use link::event::{Body, Message, Role};
use tempfile::TempDir;

use super::{House, end, notice, text};
#[tokio::test]
async fn the_filter_acts_before_the_limit() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [notice("the Needle ÄÖ")]);
    house.say("b", (0..3_000).map(|step| notice(&format!("straw {step}"))));
    house.log.flush().await;
    let find = |filter: Filter| {
        let log = house.log.clone();
        async move { log.lines(&filter, u64::MAX, 3).await.unwrap() }
    };
    let by_text = find(Filter { text: "needle äö".into(), ..Filter::default() }).await;
    assert_eq!(by_text.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["the Needle ÄÖ"]);
    let by_node = find(Filter { nodes: vec!["a".into()], ..Filter::default() }).await;
    assert_eq!(by_node, by_text);
    assert!(find(Filter { agents: vec!["nobody".into()], ..Filter::default() }).await.is_empty());
    let last = find(Filter::default()).await;
    assert_eq!(
        last.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["straw 2997", "straw 2998", "straw 2999"]
    );
    let before = house.log.lines(&Filter::default(), last[0].n, 2).await.unwrap();
    assert_eq!(before.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["straw 2995", "straw 2996"]);
    house.shut().await;
}

#[tokio::test]
async fn the_lines_kept_are_the_lines_told() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [Body::RunStarted, text("x"), end("done")]);
    house.say("b", [notice("hello")]);
    house.log.flush().await;
    let kept = house.log.lines(&Filter::default(), u64::MAX, 100).await.unwrap();
    let told = house.core.inner.hub.stream.before(&Filter::default(), u64::MAX, 100);
    assert_eq!(kept, told);
    assert_eq!(kept.iter().map(|line| line.mark).collect::<Vec<_>>(), [Mark::Run, Mark::Run, Mark::Other]);
    house.shut().await;
}

#[tokio::test]
async fn words_are_found_in_messages_tools_and_answers() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let message = Message {
        id: "m".into(),
        role: Role::User,
        text: "please mend the Bilge pump".into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    };
    let input = serde_json::json!({"command": "cargo test --all"});
    house.say(
        "a",
        [
            Body::Message(message),
            Body::ToolStarted { call: "c".into(), name: "exec".into(), input },
            Body::ToolFinished { call: "c".into(), ok: Some(true), output: "214 passed".into(), ms: None },
            end("The bilge is dry."),
        ],
    );
    let found = |words: &'static str| {
        let log = house.log.clone();
        async move {
            log.search(words, &Filter::default(), 10)
                .await
                .unwrap()
                .into_iter()
                .map(|found| found.event)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(found("bilge").await, ["run.finished", "message"]);
    assert_eq!(found("pump mend").await, ["message"]);
    assert_eq!(found("carg").await, ["tool.started"]);
    assert_eq!(found("214").await, ["tool.finished"]);
    assert_eq!(found("nothing such").await, Vec::<String>::new());
    assert_eq!(found("\" OR * (").await, Vec::<String>::new());
    house.shut().await;
}

#[tokio::test]
async fn a_window_of_time_is_read_forwards_and_whole() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [Body::RunStarted, text("He"), text("llo"), notice("one"), end("Hello")]);
    house.say("b", [notice("two"), notice("three")]);
    house.log.flush().await;
    let all = Filter::default();
    let entries = house.log.entries_after(&all, 0, 100).await.unwrap();
    let events: Vec<_> = entries.iter().map(|kept| (kept.event.node.as_ref(), kept.event.seq)).collect();
    assert_eq!(events, [("a", 1), ("a", 3), ("a", 4), ("a", 5), ("b", 1), ("b", 2)]);
    assert_eq!(entries[1].event.event.body, text("Hello"));
    assert!(entries[1].line.is_none(), "deltas are no lines");
    let lines = house.log.lines_after(&all, entries[2].n, 2).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.n).collect::<Vec<_>>(), [entries[3].n, entries[4].n]);
    let (first, last) = (entries[0].at, entries[5].at);
    let count = |since, until| {
        let (log, filter) = (house.log.clone(), Filter { since, until, ..Filter::default() });
        async move {
            let forwards = log.lines_after(&filter, 0, 100).await.unwrap();
            assert_eq!(forwards, log.lines(&filter, u64::MAX, 100).await.unwrap(), "both ways the same");
            forwards.len()
        }
    };
    assert_eq!(count(None, None).await, 5);
    assert_eq!(count(Some(first), Some(last + 1)).await, 5);
    assert_eq!(count(Some(last + 1), None).await, 0);
    assert_eq!(count(None, Some(first)).await, 0);
    house.shut().await;
}

#[tokio::test]
async fn events_are_chosen_by_name_and_by_the_beginning_of_it() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [Body::RunStarted, text("Hello"), notice("one"), end("Hello")]);
    house.log.flush().await;
    let chosen = |events: &[&str], text: &str| {
        let events = events.iter().map(|name| (*name).to_owned()).collect();
        let (log, filter) = (house.log.clone(), Filter { events, text: text.to_owned(), ..Filter::default() });
        async move { log.entries_after(&filter, 0, 100).await.unwrap().len() }
    };
    assert_eq!(chosen(&["run.*"], "").await, 2);
    assert_eq!(chosen(&["text.delta", "notice"], "").await, 2);
    assert_eq!(chosen(&["run"], "").await, 0);
    assert_eq!(chosen(&["text.*"], "hell").await, 1);
    house.shut().await;
}

#[tokio::test]
async fn the_filter_of_a_search_acts_before_its_limit() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [notice("needle of a")]);
    house.say("b", (0..20).map(|step| notice(&format!("needle {step}"))));
    let only_a = Filter { nodes: vec!["a".into()], ..Filter::default() };
    let found = house.log.search("needle", &only_a, 3).await.unwrap();
    assert_eq!(found.iter().map(|found| found.excerpt.as_str()).collect::<Vec<_>>(), ["needle of a"]);
    house.shut().await;
}

#[tokio::test]
async fn another_process_reads_what_is_kept_and_keeps_nothing_itself() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let path = folder.path().join(crate::log::FILE);
    house.say("a", [notice("kept by the window")]);
    house.log.flush().await;
    let reader = crate::log::Log::open_to_read(&house.scope, &path).await.unwrap();
    assert!(reader.is_there() && !reader.is_kept());
    assert_eq!(reader.lines_after(&Filter::default(), 0, 10).await.unwrap().len(), 1);
    assert_eq!(reader.search("window", &Filter::default(), 10).await.unwrap().len(), 1);
    house.say("a", [notice("kept later")]);
    house.log.flush().await;
    assert_eq!(reader.search("later", &Filter::default(), 10).await.unwrap().len(), 1);
    house.shut().await;
}
