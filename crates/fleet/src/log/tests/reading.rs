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
        async move { log.search(words, 10).await.unwrap().into_iter().map(|found| found.event).collect::<Vec<_>>() }
    };
    assert_eq!(found("bilge").await, ["run.finished", "message"]);
    assert_eq!(found("pump mend").await, ["message"]);
    assert_eq!(found("carg").await, ["tool.started"]);
    assert_eq!(found("214").await, ["tool.finished"]);
    assert_eq!(found("nothing such").await, Vec::<String>::new());
    assert_eq!(found("\" OR * (").await, Vec::<String>::new());
    house.shut().await;
}
