//! Real gateways behind a proxy that misbehaves: a dead connection is found, its state shown, the link comes back, and
//! what was said stands on the gateway and in the window once and in order.

use anyhow::{Context, Result, ensure};
use contract::Handler;
use contract::calls::NodeRetry;
use contract::node::Vendor;
use contract::transcript::{Fate, SessionRef};
use supervise::Scope;
use testkit::fake_model::FakeModel;
use testkit::house::{House, SOON};
use testkit::line::{End, State};
use testkit::proxy::Proxy;
use testkit::wait::until;
use testkit::{mcp_cli, openclaw, or_skip, own};

/// A gateway's line, and the session that is talked in.
struct Talk {
    house: House,
    proxy: Proxy,
    of: SessionRef,
    said: Vec<String>,
    /// Sent again by the person: their place is no promise.
    again: Vec<String>,
}

#[tokio::test]
async fn our_own_gateway_behind_a_bad_line_loses_and_doubles_nothing() -> Result<()> {
    let (folder, scope, model) = (tempfile::tempdir()?, Scope::root("gateway"), FakeModel::start().await?);
    let (_gateway, listening) = own::open(&scope, folder.path(), 0, &model.url()).await?;
    let mut talk = Talk::with(Vendor::Moltis, &listening.url, own::TOKEN, "main").await?;
    talk.through_everything().await
}

#[tokio::test]
async fn what_is_under_way_in_openclaw_when_the_line_breaks_is_shown_as_it_is_there() -> Result<()> {
    let claw = or_skip!(openclaw::start().await);
    let mut talk = Talk::with(Vendor::Openclaw, &claw.url(), claw.token(), "agent:main:main").await?;
    talk.through_breaks(1).await
}

#[tokio::test]
async fn a_real_mcp_cli_is_found_again_after_a_break_with_all_that_was_said() -> Result<()> {
    let cli = or_skip!(mcp_cli::start().await);
    let mut talk = Talk::with_mcp_cli(&cli.url()).await?;
    // Nothing is under way when the line breaks: mcp-cli acknowledges nothing, names no message and tells a new connection
    // neither what runs nor what waits.
    for end in [End::Closed, End::Reset] {
        talk.proxy.line().set(State::Split);
        talk.say().await?;
        talk.settled().await?;
        talk.proxy.line().set(State::Clear);
        let before = talk.proxy.line().connections();
        talk.proxy.line().cut(end);
        talk.back(before).await.with_context(|| format!("{end:?}"))?;
        talk.say().await?;
        talk.settled().await?;
    }
    talk.compare().await
}

#[tokio::test]
async fn what_is_under_way_in_mcp_cli_when_the_line_breaks_is_shown_as_it_is_there() -> Result<()> {
    let cli = or_skip!(mcp_cli::start().await);
    let mut talk = Talk::with_mcp_cli(&cli.url()).await?;
    talk.through_breaks(3).await
}

#[tokio::test]
async fn a_half_open_connection_is_found_dead_when_the_person_asks() -> Result<()> {
    let (folder, scope, model) = (tempfile::tempdir()?, Scope::root("gateway"), FakeModel::start().await?);
    let (_gateway, listening) = own::open(&scope, folder.path(), 0, &model.url()).await?;
    let mut talk = Talk::with(Vendor::Moltis, &listening.url, own::TOKEN, "main").await?;
    talk.say().await?;
    talk.settled().await?;
    let before = talk.proxy.line().connections();
    talk.proxy.line().cut(End::HalfOpen);
    talk.say().await?;
    let retry = NodeRetry { id: talk.of.node.clone() };
    talk.house.fleet.node_retry("main", retry).await.map_err(|fault| anyhow::anyhow!(fault.message))?;
    let anew = || async { (talk.proxy.line().connections() > before).then_some(()) };
    until("the link gives the dead connection up", SOON, anew).await?;
    talk.settled().await?;
    talk.compare().await
}

#[tokio::test]
async fn a_gateway_that_cannot_be_reached_is_shown_so_and_what_is_said_waits() -> Result<()> {
    let (folder, scope, model) = (tempfile::tempdir()?, Scope::root("gateway"), FakeModel::start().await?);
    let (_gateway, listening) = own::open(&scope, folder.path(), 0, &model.url()).await?;
    let mut talk = Talk::with(Vendor::Moltis, &listening.url, own::TOKEN, "main").await?;
    talk.say().await?;
    talk.settled().await?;
    talk.proxy.line().set(State::Down);
    talk.proxy.line().cut(End::Reset);
    let node = talk.of.node.clone();
    let away = || async { talk.house.state(&node).starts_with("BackingOff").then_some(()) };
    until("the link says that the gateway is away", SOON, away).await?;
    talk.say().await?;
    let waits = talk.house.own(&talk.of, |_, own| own.fate == Fate::Queued);
    ensure!(waits == talk.said[1..], "{waits:?} wait");
    talk.proxy.line().set(State::Clear);
    talk.settled().await?;
    ensure!(talk.again.is_empty(), "what never left was sent again: {:?}", talk.again);
    talk.compare().await
}

impl Talk {
    async fn with(vendor: Vendor, url: &str, key: &str, session: &str) -> Result<Talk> {
        let mut house = House::new().await?;
        let (proxy, address) = Proxy::of(url).await?;
        let node = house.add(vendor, &address, key).await?;
        house.ready(&node).await?;
        let of = SessionRef { node, session: session.to_owned() };
        house.show(&of).await?;
        Ok(Talk { house, proxy, of, said: Vec::new(), again: Vec::new() })
    }

    /// It keeps no key and looks at the port it is called by; its session has a name of its own.
    async fn with_mcp_cli(url: &str) -> Result<Talk> {
        let (mut house, (proxy, address)) = (House::new().await?, Proxy::of_port(url).await?);
        let node = house.add(Vendor::McpDashboard, &address, "").await?;
        house.ready(&node).await?;
        let of = SessionRef { session: house.session(&node).await?, node };
        house.show(&of).await?;
        Ok(Talk { house, proxy, of, said: Vec::new(), again: Vec::new() })
    }

    /// Every fault of a line once, in the middle of talk.
    async fn through_everything(&mut self) -> Result<()> {
        for state in [State::Split, State::Merged] {
            self.proxy.line().set(state);
            self.say().await?;
            self.settled().await.with_context(|| format!("{state:?}"))?;
            self.proxy.line().set(State::Clear);
        }
        for end in [End::Closed, End::Reset] {
            self.broken(|proxy| proxy.line().cut(end)).await.with_context(|| format!("{end:?}"))?;
        }
        self.broken(|proxy| proxy.line().garble()).await.context("garbled")?;
        self.compare().await
    }

    /// The line breaks again and again, each time with one message at the gateway and one behind it. Nothing is sent
    /// again: of what a gateway does not have nobody knows whether it waits there.
    async fn through_breaks(&mut self, rounds: usize) -> Result<()> {
        for end in [End::Closed, End::Reset].into_iter().cycle().take(2 * rounds) {
            let before = self.on_its_way().await?;
            self.proxy.line().cut(end);
            self.say().await?;
            self.reconnected(before).await?;
            self.last_is_over().await.with_context(|| format!("{end:?}"))?;
        }
        let alike = || async { self.differs().await.is_none().then_some(()) };
        let same = until("the window shows what the gateway has", SOON, alike).await;
        let difference = self.differs().await;
        same.with_context(|| difference.unwrap_or_default())
    }

    /// In what the window and the gateway differ, those messages left out that are called unknown. What two people say
    /// at once may be answered in another order than it was asked in, so both sides of the talk are compared apart.
    async fn differs(&self) -> Option<String> {
        let there = self.house.spoken_there(&self.of).await.unwrap_or_default();
        let open = self.house.own(&self.of, |_, own| !matches!(own.fate, Fate::Done | Fate::Unknown));
        let lost = self.house.own(&self.of, |row, own| own.fate == Fate::Unknown && row.message.is_none());
        let shown: Vec<_> = self.house.spoken(&self.of).into_iter().filter(|text| !lost.contains(text)).collect();
        let sides = |all: &[String]| -> (Vec<String>, Vec<String>) {
            all.iter().cloned().partition(|text| self.said.contains(text))
        };
        let same = sides(&shown) == sides(&there) && open.is_empty() && lost.iter().all(|text| !there.contains(text));
        (!same).then(|| {
            format!(
                "{shown:?} where there is {there:?}; open {open:?}, unknown {lost:?}; {}",
                self.house.in_words(&self.of)
            )
        })
    }

    /// Something is said, the line breaks while it is answered, and something more is said.
    async fn broken(&mut self, fault: impl Fn(&Proxy)) -> Result<()> {
        let before = self.on_its_way().await?;
        fault(&self.proxy);
        self.say().await?;
        self.back(before).await
    }

    /// Something is said and has left; the number of connections until then.
    async fn on_its_way(&mut self) -> Result<u64> {
        let before = self.proxy.line().connections();
        self.say().await?;
        let (of, text) = (self.of.clone(), self.said.last().cloned().unwrap_or_default());
        let left = || async {
            let waits = self.house.own(&of, |_, own| *own.client_id == *text && own.fate == Fate::Queued);
            waits.is_empty().then_some(())
        };
        until("it is on its way", SOON, left).await?;
        Ok(before)
    }

    /// The link comes back, and all that was said comes to its end.
    async fn back(&mut self, before: u64) -> Result<()> {
        self.reconnected(before).await?;
        self.settled().await
    }

    async fn reconnected(&self, before: u64) -> Result<()> {
        let anew = || async { (self.proxy.line().connections() > before).then_some(()) };
        until("the link comes back", SOON, anew).await
    }

    /// What was said last is answered, or nobody knows whether it is.
    async fn last_is_over(&self) -> Result<()> {
        let last = self.said.last().cloned().unwrap_or_default();
        let over = || async {
            let ended = |fate: Fate| matches!(fate, Fate::Done | Fate::Unknown);
            let over = self.house.own(&self.of, |_, own| *own.client_id == *last && ended(own.fate));
            (!over.is_empty()).then_some(())
        };
        until("what was said last is over", SOON, over).await
    }

    async fn say(&mut self) -> Result<()> {
        let text = format!("word {}", self.said.len());
        self.house.say(&self.of, &text).await?;
        self.said.push(text);
        Ok(())
    }

    async fn settled(&mut self) -> Result<()> {
        self.again.extend(self.house.settled(&self.of).await?);
        Ok(())
    }

    /// What was said is there once and in order, and the window shows it so.
    async fn compare(&self) -> Result<()> {
        let there = self.house.there(&self.of).await?;
        let count = |text: &String| there.iter().filter(|one| one.ends_with(text.as_str())).count();
        for text in &self.said {
            ensure!(count(text) == 1, "“{text}” is there {} times: {there:?}", count(text));
        }
        let known: Vec<_> = self.said.iter().filter(|text| !self.again.contains(text)).collect();
        let places: Vec<_> =
            known.iter().map(|text| there.iter().position(|one| one.ends_with(text.as_str()))).collect();
        ensure!(places.is_sorted(), "the order was turned: {there:?}");
        let alike = || async { (self.house.shown(&self.of) == there).then_some(()) };
        let shown = until("the window shows what the gateway has", SOON, alike).await;
        shown.with_context(|| format!("{:?} where there is {there:?}", self.house.shown(&self.of)))
    }
}
