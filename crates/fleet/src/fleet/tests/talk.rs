//! From the first start to a second one: connect, say something, read the answer, find it again.

use contract::calls::{Hi, LayoutSave, SendMessage, SessionCreate};
use contract::settings::Layout;
use contract::transcript::Fate;
use contract::{Code, Handler, Topic};

use super::rig::{House, Screen, embedded, main_of, ready, say, transcript};
use crate::nodes::LOCAL;

#[tokio::test]
async fn the_local_node_is_ready_at_the_first_start_with_its_agents() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let node = screen
        .until("the local node with agents", |screen| {
            let node = screen.nodes.get(LOCAL)?;
            (node.state == contract::node::LinkState::Ready && !node.agents.is_empty()).then(|| node.clone())
        })
        .await;
    assert!(node.local);
    assert_eq!(node.product.as_deref(), Some("Pilothouse"));
}

#[tokio::test]
async fn a_message_streams_back_and_is_found_again_after_a_restart() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let create = SessionCreate { node: LOCAL.to_owned(), agent: None, title: Some("First".to_owned()) };
    let of = fleet.session_create("main", create).await.unwrap();
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    say(&fleet, &of, "hello", "c1").await;
    let answer = screen
        .until("the answer", |screen| {
            let done = screen.fates("hello") == [Some(Fate::Done)];
            screen.answers().into_iter().next().filter(|_| done)
        })
        .await;
    assert!(answer.contains("demo model"), "{answer}");
    fleet.layout_save("main", LayoutSave { layout: Layout { json: "{\"panes\":1}".to_owned() } }).await.unwrap();
    fleet.shutdown().await;
    drop((fleet, screen, gateway));
    let drained = house.scope.shutdown(std::time::Duration::from_secs(5)).await;
    assert!(drained.in_time(), "{drained}");

    let again = House { scope: supervise::Scope::root("again"), ..house };
    let gateway = again.gateway("gateway").await;
    let fleet = again.fleet(Some(embedded(&gateway))).await;
    let hello = fleet.hello("main", Hi {}).await.unwrap();
    assert_eq!(hello.layout.unwrap().json, "{\"panes\":1}");
    assert_eq!(hello.start_faults, Vec::<String>::new());
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    let found = screen.until("the old answer", |screen| screen.answers().into_iter().next()).await;
    assert_eq!(found, answer);
    assert_eq!(screen.fates("hello").len(), 1);
}

#[tokio::test]
async fn what_goes_on_is_stopped_and_said_so() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    say(&fleet, &of, "hello", "c1").await;
    screen
        .until("a text that streams", |screen| {
            let streams = |row: &contract::transcript::Row| {
                matches!(&row.body, contract::transcript::RowBody::Assistant { streaming: true, text, .. } if !text.is_empty())
            };
            screen.rows.values().any(streams).then_some(())
        })
        .await;
    let stopped = fleet.abort("main", contract::calls::Abort { of: of.clone() }).await.unwrap();
    assert!(stopped);
    screen.until("a rest", |screen| (!screen.answers().is_empty()).then_some(())).await;
    assert!(!fleet.abort("main", contract::calls::Abort { of }).await.unwrap());
}

#[tokio::test]
async fn a_message_that_no_gateway_takes_is_refused_at_once() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    // What is short here may be long in a frame: a quotation mark takes two bytes there.
    for text in ["a".repeat(300 << 10), "\"".repeat(150 << 10)] {
        let client_id = "c1".to_owned();
        let message = SendMessage { of: main_of(LOCAL), agent: None, text: text.clone(), client_id };
        assert_eq!(fleet.send_message("main", message).await.unwrap_err().code, Code::Invalid);
        assert!(fleet.say(LOCAL, None, None, &text).await.is_err());
    }
    let long = "a".repeat(200 << 10);
    assert!(fleet.say(LOCAL, None, None, &long).await.unwrap().run.is_some());
}
