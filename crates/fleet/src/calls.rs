//! What the window may ask, answered: one file a group of verbs, each call a function of its own.
//!
//! The contract's table asks for one implementor; this one only sends each call to its file.

use contract::activity::{Found, Line};
use contract::approval::{Approval, StandingRule};
use contract::audit::{Record, Verdict};
use contract::calls as asked;
use contract::node::{Nearby, NodeId, Probe};
use contract::record::{Drift, Recording};
use contract::settings::Hello;
use contract::steer::{Ability, Config, CronJob, CronRun, Device, Hit, LogPage, Model};
use contract::transcript::{Row, SessionRef};
use contract::usage::UsageReport;
use contract::{Fault, Handler};
use serde_json::json;

mod ability;
mod activity;
mod approval;
mod ask;
mod chat;
mod config;
mod cron;
mod custody;
mod devices;
mod drift;
mod export;
mod guard;
mod logs;
mod models;
mod nearby;
mod node;
mod probe;
mod record;
mod sessions;
mod settings;
mod transcript;
mod usage;

mod fault;
mod noted;

pub use fault::{of_call, of_store};
pub use link::sentence;

pub(crate) use noted::{noted, outcome};

use crate::fleet::Fleet;

impl Handler for Fleet {
    async fn hello(&self, window: &str, _: asked::Hi) -> Result<Hello, Fault> {
        settings::hello(self, window).await
    }

    async fn watch(&self, window: &str, args: asked::Watch) -> Result<(), Fault> {
        transcript::watch(self, window, args.topics);
        Ok(())
    }

    async fn resync(&self, window: &str, _: asked::Resync) -> Result<(), Fault> {
        self.core().resync(window);
        Ok(())
    }

    async fn node_probe(&self, _: &str, args: asked::NodeProbe) -> Result<Probe, Fault> {
        probe::probe(self, args).await
    }

    async fn node_add(&self, window: &str, args: asked::NodeAdd) -> Result<NodeId, Fault> {
        node::add(self, window, "node.add", args.form).await
    }

    async fn node_edit(&self, window: &str, args: asked::NodeEdit) -> Result<(), Fault> {
        let act = ("node.edit", &*args.id.clone(), node::about(&args.form));
        noted(self, window, act, node::edit(self, &args.id, args.form)).await
    }

    async fn node_remove(&self, window: &str, args: asked::NodeRemove) -> Result<(), Fault> {
        let act = ("node.remove", &*args.id.clone(), json!({}));
        noted(self, window, act, node::remove(self, &args.id)).await
    }

    async fn node_restore(&self, window: &str, args: asked::NodeRestore) -> Result<(), Fault> {
        let act = ("node.restore", &*args.id.clone(), json!({}));
        noted(self, window, act, node::restore(self, args.id)).await
    }

    async fn node_pause(&self, window: &str, args: asked::NodePause) -> Result<(), Fault> {
        let act = (if args.paused { "node.pause" } else { "node.resume" }, &*args.id.clone(), json!({}));
        noted(self, window, act, node::pause(self, args)).await
    }

    async fn node_retry(&self, _: &str, args: asked::NodeRetry) -> Result<(), Fault> {
        node::retry(self, &args.id).await
    }

    async fn nodes_nearby(&self, _: &str, _: asked::NodesNearby) -> Result<Vec<Nearby>, Fault> {
        nearby::all(self).await
    }

    async fn node_import(&self, window: &str, args: asked::NodeImport) -> Result<NodeId, Fault> {
        nearby::import(self, window, args).await
    }

    async fn node_trust(&self, window: &str, args: asked::NodeTrust) -> Result<(), Fault> {
        let act = ("node.trust", &*args.id.clone(), json!({"fingerprint": args.fingerprint}));
        noted(self, window, act, node::trust(self, args)).await
    }

    async fn node_production(&self, window: &str, args: asked::NodeProduction) -> Result<(), Fault> {
        let act = ("node.production", &*args.id.clone(), json!({"production": args.production}));
        noted(self, window, act, guard::production(self, args)).await
    }

    async fn node_unlock(&self, window: &str, args: asked::NodeUnlock) -> Result<(), Fault> {
        let act = ("node.unlock", &*args.id.clone(), json!({"minutes": args.minutes}));
        noted(self, window, act, guard::unlock(self, args)).await
    }

    async fn node_limit(&self, window: &str, args: asked::NodeLimit) -> Result<(), Fault> {
        let act = ("node.limit", &*args.id.clone(), json!({"per_minute": args.per_minute, "burst": args.burst}));
        noted(self, window, act, guard::limit(self, args)).await
    }

    async fn node_drift(&self, _: &str, args: asked::NodeDrift) -> Result<Drift, Fault> {
        drift::of(self, &args.node).await
    }

    async fn record_start(&self, _: &str, args: asked::RecordStart) -> Result<Recording, Fault> {
        record::start(self, args).await
    }

    async fn record_state(&self, _: &str, args: asked::RecordState) -> Result<Option<Recording>, Fault> {
        record::state(self, &args.node)
    }

    async fn record_stop(&self, _: &str, args: asked::RecordStop) -> Result<Recording, Fault> {
        record::stop(self, &args.node)
    }

    async fn session_create(&self, window: &str, args: asked::SessionCreate) -> Result<SessionRef, Fault> {
        sessions::create(self, window, args).await
    }

    async fn session_seen(&self, _: &str, args: asked::SessionSeen) -> Result<(), Fault> {
        transcript::seen(self, args.of);
        Ok(())
    }

    async fn rows_before(&self, window: &str, args: asked::RowsBefore) -> Result<Vec<Row>, Fault> {
        transcript::rows_before(self, window, args).await
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

    async fn abort(&self, window: &str, args: asked::Abort) -> Result<bool, Fault> {
        chat::abort(self, window, args.of).await
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

    async fn rule_remove(&self, window: &str, args: asked::RuleRemove) -> Result<bool, Fault> {
        let act = ("rule.remove", "", json!({"rule": args.id}));
        noted(self, window, act, approval::remove_rule(self, args.id)).await
    }

    async fn audit(&self, _: &str, args: asked::AuditRead) -> Result<Vec<Record>, Fault> {
        custody::read(self, args).await
    }

    async fn audit_verify(&self, _: &str, _: asked::AuditVerify) -> Result<Verdict, Fault> {
        custody::verify(self).await
    }

    async fn usage(&self, _: &str, args: asked::UsageRead) -> Result<UsageReport, Fault> {
        usage::usage(self, args).await
    }

    async fn node_abilities(&self, _: &str, args: asked::NodeAbilities) -> Result<Vec<Ability>, Fault> {
        ability::of(self, &args)
    }

    async fn session_rename(&self, window: &str, args: asked::SessionRename) -> Result<(), Fault> {
        sessions::rename(self, window, args).await
    }

    async fn session_fork(&self, window: &str, args: asked::SessionFork) -> Result<SessionRef, Fault> {
        sessions::fork(self, window, args).await
    }

    async fn session_reset(&self, window: &str, args: asked::SessionReset) -> Result<(), Fault> {
        sessions::reset(self, window, args.of).await
    }

    async fn session_delete(&self, window: &str, args: asked::SessionDelete) -> Result<(), Fault> {
        sessions::delete(self, window, args.of).await
    }

    async fn session_switch(&self, window: &str, args: asked::SessionSwitch) -> Result<(), Fault> {
        sessions::switch(self, window, args.of).await
    }

    async fn session_search(&self, window: &str, args: asked::SessionSearch) -> Result<Vec<Hit>, Fault> {
        sessions::search(self, window, args).await
    }

    async fn models_list(&self, window: &str, args: asked::ModelsList) -> Result<Vec<Model>, Fault> {
        models::list(self, window, args).await
    }

    async fn model_set(&self, window: &str, args: asked::ModelSet) -> Result<(), Fault> {
        models::set(self, window, args).await
    }

    async fn logs_tail(&self, window: &str, args: asked::LogsTail) -> Result<LogPage, Fault> {
        logs::tail(self, window, args).await
    }

    async fn cron_list(&self, window: &str, args: asked::CronList) -> Result<Vec<CronJob>, Fault> {
        cron::list(self, window, args).await
    }

    async fn cron_runs(&self, window: &str, args: asked::CronRuns) -> Result<Vec<CronRun>, Fault> {
        cron::runs(self, window, args).await
    }

    async fn cron_run(&self, window: &str, args: asked::CronRunNow) -> Result<(), Fault> {
        cron::run(self, window, args).await
    }

    async fn cron_enable(&self, window: &str, args: asked::CronEnable) -> Result<(), Fault> {
        cron::enable(self, window, args).await
    }

    async fn devices_list(&self, window: &str, args: asked::DevicesList) -> Result<Vec<Device>, Fault> {
        devices::list(self, window, args).await
    }

    async fn device_settle(&self, window: &str, args: asked::DeviceSettle) -> Result<(), Fault> {
        devices::settle(self, window, args).await
    }

    async fn config_get(&self, window: &str, args: asked::ConfigGet) -> Result<Config, Fault> {
        config::get(self, window, args).await
    }

    async fn config_patch(&self, window: &str, args: asked::ConfigPatch) -> Result<(), Fault> {
        config::patch(self, window, args).await
    }

    async fn activity_before(&self, _: &str, args: asked::ActivityBefore) -> Result<Vec<Line>, Fault> {
        activity::before(self, args).await
    }

    async fn activity_after(&self, _: &str, args: asked::ActivityAfter) -> Result<Vec<Line>, Fault> {
        activity::after(self, args).await
    }

    async fn search(&self, _: &str, args: asked::Search) -> Result<Vec<Found>, Fault> {
        activity::search(self, args).await
    }

    async fn session_export(&self, _: &str, args: asked::SessionExport) -> Result<String, Fault> {
        export::session(self, args).await
    }

    async fn layout_save(&self, window: &str, args: asked::LayoutSave) -> Result<(), Fault> {
        settings::save_layout(self, window, args.layout).await
    }

    async fn settings_save(&self, _: &str, args: asked::SettingsSave) -> Result<(), Fault> {
        settings::save(self, &args.settings).await
    }
}
