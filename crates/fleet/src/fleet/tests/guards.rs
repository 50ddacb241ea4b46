//! What is done is written down, a production node is read-only, and what runs use is counted.

use contract::approval::{Answer, Approval, Decision};
use contract::audit::{Phase, Record};
use contract::calls::{
    Abort, AuditRead, AuditVerify, Decide, NodeLimit, NodeProduction, NodeRemove, NodeUnlock, RecordStart, RecordStop,
    SendMessage, SessionCreate, UsageRead,
};
use contract::transcript::RowBody;
use contract::usage::By;
use contract::{Code, Handler, Topic};

use super::rig::{House, Screen, TOKEN, embedded, form, listening, main_of, ready, say, transcript};
use crate::fleet::Fleet;
use crate::nodes::LOCAL;

async fn records(fleet: &Fleet) -> Vec<Record> {
    fleet.audit("main", AuditRead { since: None, node: None, limit: 100 }).await.unwrap()
}

fn meant(records: &[Record]) -> Vec<&str> {
    records.iter().filter(|record| record.phase == Phase::Intent).map(|record| record.act.as_str()).collect()
}

#[tokio::test]
async fn everything_done_is_written_down_before_and_after_without_words_or_keys() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    say(&fleet, &of, "a word that stays between us", "c1").await;
    screen.until("the answer", |screen| (!screen.answers().is_empty()).then_some(())).await;
    let create = SessionCreate { node: LOCAL.to_owned(), agent: None, title: None };
    fleet.session_create("main", create).await.unwrap();
    fleet.abort("pilot", Abort { of }).await.unwrap();
    let id = fleet.node_add("main", contract::calls::NodeAdd { form: form("far", &open.url) }).await.unwrap();
    fleet.node_remove("main", NodeRemove { id }).await.unwrap();
    fleet.set_ca_file(None).await.unwrap();

    let records = records(&fleet).await;
    assert_eq!(meant(&records), ["send", "session.create", "abort", "node.add", "node.remove", "trust.authorities"]);
    assert_eq!(records.len(), 12, "each has its outcome");
    let abort = records.iter().find(|record| record.act == "abort").unwrap();
    assert_eq!((abort.who.as_str(), abort.name.as_str()), ("you, with pilot", LOCAL));
    assert!(records.iter().filter_map(|record| record.outcome.as_deref()).all(|outcome| outcome.starts_with("done")));
    let text = serde_json::to_string(&records).unwrap();
    assert!(!text.contains("between us") && !text.contains(TOKEN), "{text}");
    let verdict = fleet.audit_verify("main", AuditVerify {}).await.unwrap();
    assert_eq!((verdict.records, verdict.broken), (12, None));
}

#[tokio::test]
async fn a_production_node_is_read_only_until_it_is_unlocked_and_allows_nothing_always() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals, Topic::Nodes]).await;
    say(&fleet, &of, "run echo waiting", "c1").await;
    let asked = screen.until("an approval", |screen| screen.approvals.values().next().cloned()).await;
    let production = |production| fleet.node_production("main", NodeProduction { id: LOCAL.to_owned(), production });
    let unlock = |minutes| fleet.node_unlock("main", NodeUnlock { id: LOCAL.to_owned(), minutes });
    assert_eq!(unlock(15).await.unwrap_err().code, Code::Invalid, "it is not locked");
    production(true).await.unwrap();

    let answer = |answer| {
        let (id, digest) = (asked.id.clone(), asked.digest.clone());
        fleet.decide("main", Decide { node: LOCAL.to_owned(), id, digest, answer })
    };
    let send = |id: &str| {
        let (of, client_id) = (of.clone(), id.to_owned());
        fleet.send_message("main", SendMessage { of, agent: None, text: "hello".to_owned(), client_id })
    };
    let create = || fleet.session_create("main", SessionCreate { node: LOCAL.to_owned(), agent: None, title: None });
    let refused = [
        send("c2").await.unwrap_err(),
        create().await.unwrap_err(),
        fleet.abort("main", Abort { of: of.clone() }).await.unwrap_err(),
        answer(Answer::Once).await.unwrap_err(),
        answer(Answer::Deny).await.unwrap_err(),
    ];
    for fault in refused {
        assert_eq!(fault.code, Code::Locked);
        assert!(fault.message.contains("pilot node unlock local"), "{}", fault.message);
    }
    assert!(fleet.say(LOCAL, None, None, "from pilot").await.is_err());
    assert!(!fleet.sessions(LOCAL).await.unwrap().is_empty(), "reading goes on");

    unlock(15).await.unwrap();
    screen.until("an unlocked node", |s| s.nodes.get(LOCAL)?.unlocked_until).await;
    let always = Answer::Always { rule: asked.rule.clone().unwrap() };
    let fault = answer(always).await.unwrap_err();
    assert!(fault.code == Code::Invalid && fault.message.contains("production"), "{}", fault.message);
    answer(Answer::Once).await.unwrap();
    send("c3").await.unwrap();
    unlock(0).await.unwrap();
    assert_eq!(send("c4").await.unwrap_err().code, Code::Locked);
    assert_eq!(unlock(9_999).await.unwrap_err().code, Code::Invalid);
    production(false).await.unwrap();
    create().await.unwrap();
}

#[tokio::test]
async fn once_a_node_is_production_nothing_shown_of_it_offers_always() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals]).await;
    say(&fleet, &of, "run echo waiting", "c1").await;
    let asked = screen.until("an approval", |screen| screen.approvals.values().next().cloned()).await;
    let always = |asked: &Approval| asked.rule.is_some() || asked.allowed.contains(&Decision::Always);
    let in_pane = |screen: &Screen| {
        screen.rows.values().find_map(|row| match &row.body {
            RowBody::Approval { approval } => Some((**approval).clone()),
            _ => None,
        })
    };
    assert!(always(&asked) && screen.until("its row", in_pane).await.rule.is_some());
    fleet.node_production("main", NodeProduction { id: LOCAL.to_owned(), production: true }).await.unwrap();
    let shown = |s: &Screen| s.approvals.get(&asked.id).cloned().filter(|card| !always(card));
    screen.until("no “always” in the inbox", shown).await;
    screen.until("no “always” in the conversation", |s| in_pane(s).filter(|card| !always(card))).await;
}

#[tokio::test]
async fn an_address_is_no_way_around_the_guard_of_a_kept_node_however_it_is_spelled() {
    let house = House::new();
    let gateway = house.gateway("far").await;
    let (open, beside) = (listening(&gateway, None).await, listening(&gateway, None).await);
    let fleet = house.try_fleet(None, true).await.unwrap();
    let reach = contract::node::Reach { routes: vec![beside.url.clone()], ..contract::node::Reach::default() };
    let kept = contract::node::NodeForm { reach: Some(reach), ..form("prod", &open.url) };
    let id = fleet.node_add("pilot", contract::calls::NodeAdd { form: kept }).await.unwrap();
    fleet.node_production("pilot", NodeProduction { id, production: true }).await.unwrap();
    let spelled = [open.url.clone(), open.url.replace("127.0.0.1", "localhost"), beside.url.clone()];
    for address in spelled {
        let once = fleet.one_off(form("x", &address)).await.unwrap();
        fleet.connect(&once).await.unwrap();
        ready(&fleet, &once).await;
        let error = fleet.say(&once, None, None, "hello").await.expect_err(&address);
        assert!(error.to_string().contains("pilot node unlock prod"), "{address}: {error}");
        let noted = records(&fleet).await.into_iter().rfind(|record| record.act == "send").unwrap();
        assert_eq!((noted.name.as_str(), noted.outcome.as_deref()), ("prod", Some("refused: PRODUCTION_LOCKED")));
    }
}

#[tokio::test]
async fn a_slow_node_shows_who_waits_and_nothing_is_dropped() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let limit = NodeLimit { id: LOCAL.to_owned(), per_minute: Some(600), burst: Some(1) };
    fleet.node_limit("main", limit).await.unwrap();
    let asks = (0..12).map(|_| fleet.agents(LOCAL));
    let asked = futures_util::future::join_all(asks);
    let seen = screen.until("a queue", |s| s.nodes.get(LOCAL).map(|node| node.queued).filter(|queued| *queued > 1));
    let (answers, _) = tokio::join!(asked, seen);
    assert!(answers.iter().all(Result::is_ok));
    screen.until("an empty queue", |s| s.nodes.get(LOCAL).filter(|node| node.queued == 0).map(drop)).await;
    let none = NodeLimit { id: LOCAL.to_owned(), per_minute: Some(0), burst: None };
    assert_eq!(fleet.node_limit("main", none).await.unwrap_err().code, Code::Invalid);
}

#[tokio::test]
async fn what_runs_use_is_counted_once_over_a_restart_and_has_the_price_of_the_file() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Nodes]).await;
    say(&fleet, &of, "hello", "c1").await;
    let spent = screen.until("what was spent", |s| s.nodes.get(LOCAL)?.spent_today.clone()).await;
    assert!(spent.runs == 1 && spent.input > 0 && spent.unpriced == 1 && spent.costs.is_empty(), "{spent:?}");
    fleet.shutdown().await;
    drop((fleet, screen));

    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let usage = |by: &[By]| {
        let by = by.to_vec();
        fleet.usage("main", UsageRead { since: None, by })
    };
    let report = usage(&[By::Model]).await.unwrap();
    assert_eq!((report.total.runs, report.total.unpriced), (1, 1));
    let model = report.rows[0].model.clone().expect("the gateway names its model");
    let prices = house.home().config.join("prices.toml");
    assert!(std::fs::read_to_string(&prices).unwrap().starts_with('#'), "a commented file is there to be edited");
    std::fs::write(&prices, format!("[[price]]\nmodel = \"{model}\"\ninput = 1000000\noutput = 0\n")).unwrap();
    let total = usage(&[By::Day]).await.unwrap().total;
    assert_eq!((total.unpriced, total.costs[0].amount), (0, total.input as f64));
    std::fs::write(&prices, "[[price]]\nmodle = 1\n").unwrap();
    let report = usage(&[]).await.unwrap();
    assert!(report.fault.unwrap().contains("line 2, column 1"));
    assert_eq!(report.total.unpriced, 1, "without prices every price is unknown");
}

#[tokio::test]
async fn every_window_sees_that_a_node_is_recorded_and_a_recording_needs_a_file() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let mut screen = Screen::watching(&fleet, "main", vec![Topic::Nodes]).await;
    let start = |file: String| RecordStart { node: LOCAL.to_owned(), file, with_text: false, replace: false };
    assert_eq!(fleet.record_start("main", start(" ".to_owned())).await.unwrap_err().code, Code::Invalid);
    let file = house.folder.path().join("local.jsonl").display().to_string();
    assert!(fleet.record_start("other", start(file.clone())).await.unwrap().running);
    screen.until("the mark", |screen| screen.nodes.get(LOCAL).filter(|node| node.recording).map(drop)).await;
    let told = fleet.record_stop("other", RecordStop { node: LOCAL.to_owned() }).await.unwrap();
    assert_eq!((told.running, told.file), (false, file));
    screen.until("no mark", |screen| screen.nodes.get(LOCAL).filter(|node| !node.recording).map(drop)).await;
}
