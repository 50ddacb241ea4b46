//! What the window may ask, answered: one file a group of verbs, each call a function of its own.
//!
//! The contract's table asks for one implementor; this one only sends each call to its file.

use contract::activity::Line;
use contract::approval::{Approval, StandingRule};
use contract::calls as asked;
use contract::node::{NodeId, Probe};
use contract::settings::Hello;
use contract::transcript::{Row, SessionRef};
use contract::{Fault, Handler};

mod activity;
mod approval;
mod chat;
mod node;
mod probe;
mod session;
mod settings;

mod fault;

pub use fault::{of_call, of_store};
pub use link::sentence;

use crate::fleet::Fleet;

impl Handler for Fleet {
    async fn hello(&self, window: &str, _: asked::Hi) -> Result<Hello, Fault> {
        settings::hello(self, window).await
    }

    async fn watch(&self, window: &str, args: asked::Watch) -> Result<(), Fault> {
        session::watch(self, window, args.topics);
        Ok(())
    }

    async fn resync(&self, window: &str, _: asked::Resync) -> Result<(), Fault> {
        self.core().resync(window);
        Ok(())
    }

    async fn node_probe(&self, _: &str, args: asked::NodeProbe) -> Result<Probe, Fault> {
        probe::probe(self, args).await
    }

    async fn node_add(&self, _: &str, args: asked::NodeAdd) -> Result<NodeId, Fault> {
        node::add(self, args.form).await
    }

    async fn node_edit(&self, _: &str, args: asked::NodeEdit) -> Result<(), Fault> {
        node::edit(self, &args.id, args.form).await
    }

    async fn node_remove(&self, _: &str, args: asked::NodeRemove) -> Result<(), Fault> {
        node::remove(self, &args.id).await
    }

    async fn node_restore(&self, _: &str, args: asked::NodeRestore) -> Result<(), Fault> {
        node::restore(self, args.id).await
    }

    async fn node_pause(&self, _: &str, args: asked::NodePause) -> Result<(), Fault> {
        node::pause(self, args).await
    }

    async fn node_retry(&self, _: &str, args: asked::NodeRetry) -> Result<(), Fault> {
        node::retry(self, &args.id).await
    }

    async fn node_trust(&self, _: &str, args: asked::NodeTrust) -> Result<(), Fault> {
        node::trust(self, args).await
    }

    async fn session_create(&self, _: &str, args: asked::SessionCreate) -> Result<SessionRef, Fault> {
        session::create(self, args).await
    }

    async fn session_seen(&self, _: &str, args: asked::SessionSeen) -> Result<(), Fault> {
        session::seen(self, args.of);
        Ok(())
    }

    async fn rows_before(&self, _: &str, args: asked::RowsBefore) -> Result<Vec<Row>, Fault> {
        session::rows_before(self, args).await
    }

    async fn send_message(&self, _: &str, args: asked::SendMessage) -> Result<(), Fault> {
        chat::send(self, args).await
    }

    async fn cancel_message(&self, _: &str, args: asked::CancelMessage) -> Result<(), Fault> {
        chat::cancel(self, args).await
    }

    async fn resend_message(&self, _: &str, args: asked::ResendMessage) -> Result<(), Fault> {
        chat::resend(self, args).await
    }

    async fn abort(&self, _: &str, args: asked::Abort) -> Result<bool, Fault> {
        chat::abort(self, args.of).await
    }

    async fn decide(&self, window: &str, args: asked::Decide) -> Result<(), Fault> {
        approval::decide(self, window, args).await
    }

    async fn approval_history(&self, _: &str, args: asked::ApprovalHistory) -> Result<Vec<Approval>, Fault> {
        approval::history(self, args).await
    }

    async fn rules(&self, _: &str, _: asked::Rules) -> Result<Vec<StandingRule>, Fault> {
        approval::rules(self).await
    }

    async fn rule_remove(&self, _: &str, args: asked::RuleRemove) -> Result<bool, Fault> {
        approval::remove_rule(self, args.id).await
    }

    async fn activity_before(&self, _: &str, args: asked::ActivityBefore) -> Result<Vec<Line>, Fault> {
        activity::before(self, args).await
    }

    async fn layout_save(&self, window: &str, args: asked::LayoutSave) -> Result<(), Fault> {
        settings::save_layout(self, window, args.layout).await
    }

    async fn settings_save(&self, _: &str, args: asked::SettingsSave) -> Result<(), Fault> {
        settings::save(self, &args.settings).await
    }
}
