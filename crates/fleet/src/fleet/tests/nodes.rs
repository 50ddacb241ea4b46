//! Nodes as a person adds, changes and removes them; over TCP and TLS, with keys that never show.

use std::time::Duration;

use contract::calls::{NodeAdd, NodeEdit, NodePause, NodeProbe, NodeRemove, NodeRestore, NodeTrust};
use contract::node::{ClientFiles, LinkState, NodeForm, Reach};
use contract::{Code, Handler, Topic};
use gateway::Tls;
use link::event::NodeState;

use super::rig::{House, Screen, TOKEN, embedded, form, listening, ready};
use crate::fleet::Fleet;
use crate::keys::{Keys, Slot};
use crate::nodes::LOCAL;

async fn add(fleet: &Fleet, form: NodeForm) -> Result<String, contract::Fault> {
    fleet.node_add("main", NodeAdd { form }).await
}

#[tokio::test]
async fn a_node_is_added_paused_renamed_removed_and_brought_back_with_its_key() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(None).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let id = add(&fleet, form("homelab", &open.url)).await.unwrap();
    ready(&fleet, &id).await;

    fleet.node_pause("main", NodePause { id: id.clone(), paused: true }).await.unwrap();
    screen.until("a paused node", |s| (s.nodes.get(&id)?.state == LinkState::Paused).then_some(())).await;
    fleet.node_pause("main", NodePause { id: id.clone(), paused: false }).await.unwrap();
    ready(&fleet, &id).await;

    let renamed = NodeForm { key: None, ..form("attic", &open.url) };
    fleet.node_edit("main", NodeEdit { id: id.clone(), form: renamed }).await.unwrap();
    screen.until("the new name", |s| (s.nodes.get(&id)?.name == "attic").then_some(())).await;
    ready(&fleet, &id).await;

    fleet.node_remove("main", NodeRemove { id: id.clone() }).await.unwrap();
    screen.until("no node", |s| s.nodes.is_empty().then_some(())).await;
    fleet.node_restore("main", NodeRestore { id: id.clone() }).await.unwrap();
    ready(&fleet, &id).await;
    screen.until("the node again", |s| (s.nodes.get(&id)?.state == LinkState::Ready).then_some(())).await;

    fleet.node_remove("main", NodeRemove { id: id.clone() }).await.unwrap();
    fleet.shutdown().await;
    let keys = Keys::with(&house.scope, house.vault.clone());
    assert!(keys.read(&id, Slot::Key).await.unwrap().is_none(), "at the end the key leaves the keyring");
}

#[tokio::test]
async fn a_key_stands_in_no_file_and_in_no_reply() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(None).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let id = add(&fleet, form("homelab", &open.url)).await.unwrap();
    let shown = screen.until("the node", |s| s.nodes.get(&id).filter(|n| n.state == LinkState::Ready).cloned()).await;
    assert!(!serde_json::to_string(&shown).unwrap().contains(TOKEN));
    let probe = fleet.node_probe("main", NodeProbe { form: form("x", &open.url), id: None }).await.unwrap();
    assert_eq!(probe.fault, None);
    assert!(!serde_json::to_string(&probe).unwrap().contains(TOKEN));
    fleet.core().log().flush().await;
    fleet.shutdown().await;
    for file in std::fs::read_dir(house.home().data).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let holds = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!holds, "a file holds the key");
    }
}

#[tokio::test]
async fn each_wrong_field_is_told_and_nothing_is_kept() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    for (name, address) in [
        ("", "ws://127.0.0.1:1"),
        ("Local", "ws://127.0.0.1:1"),
        ("x", "nonsense"),
        ("x", "ws://gateway.example:1"),
        ("x", "ftp://127.0.0.1:1"),
    ] {
        let fault = add(&fleet, form(name, address)).await.unwrap_err();
        assert_eq!(fault.code, Code::Invalid, "{name} {address}");
        assert!(fault.message.ends_with('.') || fault.message.ends_with('`'), "{}", fault.message);
    }
    add(&fleet, form("twice", "ws://127.0.0.1:1")).await.unwrap();
    assert_eq!(add(&fleet, form("TWICE", "ws://127.0.0.1:2")).await.unwrap_err().code, Code::Invalid);
    assert_eq!(fleet.nodes().len(), 2);
    let remove = fleet.node_remove("main", NodeRemove { id: LOCAL.to_owned() }).await;
    assert_eq!(remove.unwrap_err().code, Code::Invalid, "the local node stays");
}

#[tokio::test]
async fn a_wrong_key_is_a_state_with_a_sentence_and_not_a_loop() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(None).await;
    let wrong = NodeForm { key: Some(contract::Secret::new("not-the-right-token")), ..form("homelab", &open.url) };
    let id = add(&fleet, wrong.clone()).await.unwrap();
    let state = fleet.settled(&id, Duration::from_secs(20)).await.unwrap();
    assert!(matches!(&state, NodeState::Unauthorised { reason } if !reason.is_empty()), "{state:?}");
    let probe = fleet.node_probe("main", NodeProbe { form: wrong, id: None }).await.unwrap();
    assert_eq!(probe.fault.unwrap().code, Code::Unauthorised);
    fleet.node_edit("main", NodeEdit { id: id.clone(), form: form("homelab", &open.url) }).await.unwrap();
    ready(&fleet, &id).await;
}

#[tokio::test]
async fn a_certificate_is_trusted_by_the_fingerprint_that_was_compared_and_by_no_other() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, Some(Tls::SelfSigned)).await;
    let shown = open.fingerprint.clone().unwrap();
    let fleet = house.fleet(None).await;
    let id = add(&fleet, form("homelab", &open.url)).await.unwrap();
    let state = fleet.settled(&id, Duration::from_secs(20)).await.unwrap();
    assert!(matches!(&state, NodeState::Untrusted { fingerprint, .. } if *fingerprint == shown), "{state:?}");
    let other = format!("sha256:{}", "0".repeat(64));
    let trust = |fingerprint: String| fleet.node_trust("main", NodeTrust { id: id.clone(), fingerprint });
    let fault = trust(other).await.unwrap_err();
    assert_eq!((fault.code, fault.details), (Code::Untrusted, Some(shown.clone())));
    trust(shown.clone()).await.unwrap();
    ready(&fleet, &id).await;
    let probe = fleet.node_probe("main", NodeProbe { form: form("x", &open.url), id: None }).await.unwrap();
    assert_eq!(probe.fault.unwrap().details, Some(shown), "a pin belongs to its node");
}

#[tokio::test]
async fn one_dead_node_slows_no_other() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, None).await;
    // It takes the connection and never says a word.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let fleet = house.fleet(None).await;
    let dead = format!("ws://{}", dead.local_addr().unwrap());
    add(&fleet, form("dead", &dead)).await.unwrap();
    let id = add(&fleet, form("alive", &open.url)).await.unwrap();
    ready(&fleet, &id).await;
}

#[tokio::test]
async fn without_a_keyring_a_key_is_kept_for_the_session_only_when_that_is_asked() {
    let house = House::new();
    *house.vault.absent.lock() = true;
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(None).await;
    let fault = add(&fleet, form("homelab", &open.url)).await.unwrap_err();
    assert_eq!(fault.code, Code::NoKeyring);
    assert!(fleet.nodes().is_empty());
    let id = add(&fleet, NodeForm { session_only: true, ..form("homelab", &open.url) }).await.unwrap();
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    screen.until("a key in memory", |s| s.nodes.get(&id).filter(|n| n.key_in_memory).map(drop)).await;
    ready(&fleet, &id).await;
    fleet.shutdown().await;
    drop((fleet, screen));
    let drained = house.scope.shutdown(Duration::from_secs(5)).await;
    assert!(drained.in_time(), "{drained}");

    let later = House { scope: supervise::Scope::root("later"), ..house };
    let fleet = later.fleet(None).await;
    let state = fleet.settled(&id, Duration::from_secs(20)).await.unwrap();
    assert!(matches!(&state, NodeState::Unauthorised { reason } if reason.contains("one session")), "{state:?}");
}

#[tokio::test]
async fn a_second_route_takes_over_is_shown_and_outlives_an_edit_that_does_not_name_it() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, None).await;
    // Bound and not listening long: nobody answers there.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fleet = house.fleet(None).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let reach = Some(Reach { routes: vec![open.url.clone()], ..Reach::default() });
    let first = NodeForm { reach, ..form("homelab", &format!("ws://{dead}")) };
    let id = add(&fleet, first).await.unwrap();
    ready(&fleet, &id).await;
    let by = screen.until("the second route", |s| s.nodes.get(&id).filter(|node| node.route == Some(1)).cloned()).await;
    assert!(by.passed[0].contains("Nothing listens"), "{by:?}");

    let renamed = NodeForm { key: None, ..form("attic", &format!("ws://{dead}")) };
    fleet.node_edit("main", NodeEdit { id: id.clone(), form: renamed }).await.unwrap();
    assert_eq!(fleet.node("attic").unwrap().reach.routes.len(), 1);
    let probe =
        fleet.node_probe("main", NodeProbe { form: form("x", &format!("ws://{dead}")), id: Some(id) }).await.unwrap();
    assert!(probe.fault.is_none() && probe.others.len() == 1, "{probe:#?}");

    let beside = house.try_fleet(None, true).await.unwrap();
    assert_eq!(beside.node("attic").unwrap().reach.routes.len(), 1, "it is kept");
}

#[tokio::test]
async fn a_route_that_cannot_be_read_is_refused_with_its_number() {
    let house = House::new();
    let fleet = house.fleet(None).await;
    let reach = Some(Reach { routes: vec!["wss://lan:1".to_owned(), "ssh://home".to_owned()], ..Reach::default() });
    let fault = add(&fleet, NodeForm { reach, ..form("homelab", "wss://lan:2") }).await.unwrap_err();
    assert_eq!(fault.code, Code::Invalid);
    assert!(fault.message.contains("Route 2") && fault.message.contains("ssh://home/18789"), "{fault}");
    assert_eq!(fault.details.as_deref(), Some("route:1"), "the field, for the window");
}

#[tokio::test]
async fn files_are_kept_by_their_whole_place_and_told_as_they_are_kept() {
    let house = House::new();
    let fleet = house.fleet(None).await;
    let files = |certificate: &str, key: &str| {
        let client = ClientFiles { certificate: certificate.to_owned(), key: key.to_owned() };
        Some(Reach { ca_file: Some(" ".to_owned()), client: Some(client), ..Reach::default() })
    };
    let with = |reach| NodeForm { reach, ..form("homelab", "wss://lan:2") };
    for (certificate, key, field) in
        [("me.pem", "", "client_certificate"), ("/me.pem", "~/key", "client_key"), ("", "/key", "client_certificate")]
    {
        let fault = add(&fleet, with(files(certificate, key))).await.unwrap_err();
        assert_eq!((fault.code, fault.details.as_deref()), (Code::Invalid, Some(field)), "{certificate} {key}");
    }
    let id = add(&fleet, with(files("/both.pem", ""))).await.unwrap();
    let kept = Reach { ca_file: None, ..files("/both.pem", "/both.pem").unwrap() };
    assert_eq!(fleet.node(&id).unwrap().reach, kept);
}

#[tokio::test]
async fn what_is_known_of_a_trusted_certificate_is_kept_with_the_place_it_was_seen_at() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, Some(Tls::SelfSigned)).await;
    let shown = open.fingerprint.clone().unwrap();
    let fleet = house.fleet(None).await;
    let id = add(&fleet, NodeForm { trust: Some(shown.clone()), ..form("homelab", &open.url) }).await.unwrap();
    ready(&fleet, &id).await;
    let pin = fleet.node(&id).unwrap().pins.remove(0);
    assert_eq!(pin.fingerprint.to_string(), shown);
    assert!(pin.at.is_some() && pin.since.is_some(), "{pin:?}");
    assert!(pin.about.unwrap().subject.contains("Pilothouse"));
    let elsewhere = NodeForm { key: None, ..form("homelab", "wss://other.example:1") };
    fleet.node_edit("main", NodeEdit { id: id.clone(), form: elsewhere }).await.unwrap();
    assert!(fleet.node(&id).unwrap().pins.is_empty(), "it belonged to the other place");
}

#[tokio::test]
async fn a_file_of_authorities_holds_for_all_nodes_and_a_wrong_one_is_refused() {
    let house = House::new();
    let open = listening(&house.gateway("far").await, Some(Tls::SelfSigned)).await;
    let fleet = house.fleet(None).await;
    let id = add(&fleet, form("homelab", &open.url)).await.unwrap();
    fleet.settled(&id, Duration::from_secs(20)).await.unwrap();
    let file = |name: &str| house.folder.path().join(name).display().to_string();
    std::fs::write(file("junk"), "no pem").unwrap();
    assert_eq!(fleet.set_ca_file(Some(file("junk"))).await.unwrap_err().code, Code::Invalid);
    let held = fleet.set_ca_file(Some(file("far/tls/cert.pem"))).await.unwrap();
    assert_eq!(held.len(), 1);
    fleet.node_pause("main", NodePause { id: id.clone(), paused: true }).await.unwrap();
    fleet.node_pause("main", NodePause { id: id.clone(), paused: false }).await.unwrap();
    ready(&fleet, &id).await;
}
