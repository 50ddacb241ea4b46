//! Everything the window may ask, in one table. From it come the request, the typed
//! call for the window, the trait the core must fill, and the router between.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::activity::{Filter, Found, Line};
use crate::approval::{Answer, Approval, StandingRule};
use crate::audit::{self, Record};
use crate::fault::{Code, Fault};
use crate::node::{Nearby, NodeForm, NodeId, Probe};
use crate::record::{Drift, Recording};
use crate::settings::{Hello, Layout, Settings};
use crate::steer::{Ability, Config, CronJob, CronRun, Device, Hit, LogPage, Model, Verdict};
use crate::transcript::{ExportForm, Row, SessionRef};
use crate::update::Topic;
use crate::usage::{By, UsageReport};

/// A call as it crosses: its name and its arguments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The window that asks (its label): topics belong to a window.
    pub window: String,
    /// The call's name, as in the table.
    pub call: String,
    /// Its arguments, an object.
    pub args: serde_json::Value,
}

/// Arguments that know their name and what answers them.
pub trait Call: Serialize + DeserializeOwned {
    /// The call's name, as in the table.
    const NAME: &'static str;
    /// What answers it.
    type Reply: Serialize + DeserializeOwned;
}

macro_rules! calls {
    ($( $(#[$doc:meta])* $handler:ident $name:ident { $( $(#[$fdoc:meta])* $field:ident : $kind:ty ),* $(,)? } -> $reply:ty; )*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name { $( $(#[$fdoc])* pub $field: $kind, )* }
            impl Call for $name {
                const NAME: &'static str = stringify!($handler);
                type Reply = $reply;
            }
        )*

        /// What the core must be able to answer: one method a row of the table.
        pub trait Handler: Send + Sync {
            $(
                $(#[$doc])*
                fn $handler(&self, window: &str, args: $name) -> impl Future<Output = Result<$reply, Fault>> + Send;
            )*
        }

        /// Hands a request to the method of its name; answers with the reply as JSON.
        ///
        /// # Errors
        /// The handler's own fault, or [`Code::Other`] for a name or arguments that do not fit,
        /// which only a window of another version can send.
        pub async fn route<H: Handler>(handler: &H, request: Request) -> Result<serde_json::Value, Fault> {
            match request.call.as_str() {
                $( stringify!($handler) => {
                    let args: $name = serde_json::from_value(request.args).map_err(unreadable)?;
                    let reply = handler.$handler(&request.window, args).await?;
                    serde_json::to_value(reply).map_err(unreadable)
                } )*
                other => Err(Fault::new(Code::Other, format!("There is no call named “{other}”. Close and reopen the window."))),
            }
        }

        /// The names of all calls, in the table's order.
        pub const NAMES: &[&str] = &[ $( stringify!($handler) ),* ];
    };
}

fn unreadable(error: serde_json::Error) -> Fault {
    Fault::new(
        Code::Other,
        format!("The window and the core do not fit together ({error}). Close and reopen the window."),
    )
}

calls! {
    /// The window says it is there.
    hello Hi {} -> Hello;
    /// What the window shows from now on; replaces the earlier list. Snapshots of what is new follow on the channel.
    watch Watch { topics: Vec<Topic> } -> ();
    /// A batch was missed: send snapshots of everything watched.
    resync Resync {} -> ();

    /// Tries an address without keeping anything.
    node_probe NodeProbe { form: NodeForm, id: Option<NodeId> } -> Probe;
    /// Keeps a node and connects to it.
    node_add NodeAdd { form: NodeForm } -> NodeId;
    /// Changes a node and connects anew.
    node_edit NodeEdit { id: NodeId, form: NodeForm } -> ();
    /// Takes a node away; [`NodeRestore`] brings it back, key and all, for ten minutes.
    node_remove NodeRemove { id: NodeId } -> ();
    /// Undoes a removal.
    node_restore NodeRestore { id: NodeId } -> ();
    /// Disconnects and stays away, or comes back.
    node_pause NodePause { id: NodeId, paused: bool } -> ();
    /// Tries at once instead of waiting.
    node_retry NodeRetry { id: NodeId } -> ();
    /// Gateways on this computer, on the network and in the configuration of their own programs. Takes some seconds.
    nodes_nearby NodesNearby {} -> Vec<Nearby>;
    /// Keeps what the configuration of another program offers, its key too: the person said yes to that.
    node_import NodeImport { id: String, name: String, session_only: bool } -> NodeId;
    /// The person compared the fingerprint and trusts it.
    node_trust NodeTrust { id: NodeId, fingerprint: String } -> ();

    /// Marks a node as production, or takes the mark away.
    node_production NodeProduction { id: NodeId, production: bool } -> ();
    /// Unlocks a production node for so many minutes, at most 480; 0 locks it.
    node_unlock NodeUnlock { id: NodeId, minutes: u32 } -> ();
    /// How fast the node may be asked; `None` is the usual.
    node_limit NodeLimit { id: NodeId, per_minute: Option<u32>, burst: Option<u32> } -> ();
    /// What the node does that nobody here knows.
    node_drift NodeDrift { node: NodeId } -> Drift;

    /// Records what crosses the node's connection into a file that only the person may read, keys and texts taken out.
    record_start RecordStart {
        node: NodeId,
        /// Its whole place; a name alone stands in the person's own folder.
        file: String,
        /// Keep what was said, once it is said whole; keys are taken out all the same.
        with_text: bool,
        /// Write over a file that is there.
        replace: bool,
    } -> Recording;
    /// How the node's recording goes, if there is one.
    record_state RecordState { node: NodeId } -> Option<Recording>;
    /// Ends the node's recording.
    record_stop RecordStop { node: NodeId } -> Recording;

    /// A new session with the agent; answers with its key.
    session_create SessionCreate { node: NodeId, agent: Option<String>, title: Option<String> } -> SessionRef;
    /// Marks a session as looked at.
    session_seen SessionSeen { of: SessionRef } -> ();
    /// The rows before the row of that order, oldest first, fetched from the node if need be.
    rows_before RowsBefore { of: SessionRef, order: i64, limit: u32 } -> Vec<Row>;
    /// Says something; `client_id` makes a repetition harmless.
    send_message SendMessage { of: SessionRef, agent: Option<String>, text: String, client_id: String } -> ();
    /// Takes back a message that is still queued here.
    cancel_message CancelMessage { of: SessionRef, client_id: String } -> ();
    /// Sends a failed or unknown message again under the same id.
    resend_message ResendMessage { of: SessionRef, client_id: String } -> ();
    /// Stops what runs in the session; answers whether something did.
    abort Abort { of: SessionRef } -> bool;
    /// Answers an approval; `digest` is that of what the person saw.
    decide Decide { node: NodeId, id: String, digest: String, answer: Answer } -> ();
    /// What was asked since that time (Unix milliseconds), on all nodes, the newest first; kept for 90 days.
    approval_history ApprovalHistory { since: Option<i64>, limit: u32 } -> Vec<Approval>;
    /// The rules that are kept here.
    rules Rules {} -> Vec<StandingRule>;
    /// Takes a rule away; answers whether it was there.
    rule_remove RuleRemove { id: i64 } -> bool;

    /// What was done to the nodes since that time (Unix milliseconds), oldest first: the newest `limit`.
    audit AuditRead { since: Option<i64>, node: Option<String>, limit: u32 } -> Vec<Record>;
    /// Looks the whole audit log through.
    audit_verify AuditVerify {} -> audit::Verdict;
    /// What the runs that ended since that time (Unix milliseconds) used and cost, summed by these.
    usage UsageRead { since: Option<i64>, by: Vec<By> } -> UsageReport;

    /// What the node can be asked, and what to know before.
    node_abilities NodeAbilities { node: NodeId } -> Vec<Ability>;
    /// Gives a session a title; an empty one takes it away.
    session_rename SessionRename { of: SessionRef, title: String } -> ();
    /// A copy of a session; answers with its key.
    session_fork SessionFork { of: SessionRef, title: Option<String> } -> SessionRef;
    /// Forgets a session's messages.
    session_reset SessionReset { of: SessionRef } -> ();
    /// Removes a session.
    session_delete SessionDelete { of: SessionRef } -> ();
    /// Lets an agent that has one session at a time work in this one.
    session_switch SessionSwitch { of: SessionRef } -> ();
    /// Messages of the node that contain the text.
    session_search SessionSearch { node: NodeId, text: String, limit: u32 } -> Vec<Hit>;
    /// The models of a node.
    models_list ModelsList { node: NodeId } -> Vec<Model>;
    /// Another model for a session, or for the node where it has only one.
    model_set ModelSet { node: NodeId, session: Option<String>, model: String } -> ();
    /// Log lines behind the cursor, the last ones without it.
    logs_tail LogsTail { node: NodeId, after: Option<String>, limit: u32 } -> LogPage;
    /// What runs by the clock on a node.
    cron_list CronList { node: NodeId } -> Vec<CronJob>;
    /// How the last runs of a job went.
    cron_runs CronRuns { node: NodeId, job: String, limit: u32 } -> Vec<CronRun>;
    /// Runs a job now.
    cron_run CronRunNow { node: NodeId, job: String } -> ();
    /// Switches a job on or off.
    cron_enable CronEnable { node: NodeId, job: String, enabled: bool } -> ();
    /// Devices that may connect to the node, those that ask first.
    devices_list DevicesList { node: NodeId } -> Vec<Device>;
    /// Lets a device in, turns it away or takes back what it has.
    device_settle DeviceSettle { node: NodeId, id: String, verdict: Verdict } -> ();
    /// The node's settings.
    config_get ConfigGet { node: NodeId } -> Config;
    /// Changes settings by a JSON merge patch.
    config_patch ConfigPatch { node: NodeId, patch: serde_json::Value, version: Option<String> } -> ();

    /// Lines before number `before` that pass the filter, oldest first.
    activity_before ActivityBefore { filter: Filter, before: u64, limit: u32 } -> Vec<Line>;
    /// Lines after number `after` that pass the filter, oldest first: a past window of time, played again.
    activity_after ActivityAfter { filter: Filter, after: u64, limit: u32 } -> Vec<Line>;
    /// Messages, tools and commands of all nodes that hold all the words, or words that begin so; newest first.
    search Search { words: String, filter: Filter, limit: u32 } -> Vec<Found>;
    /// A whole session as a document.
    session_export SessionExport { of: SessionRef, form: ExportForm } -> String;

    /// Keeps the arrangement of panes.
    layout_save LayoutSave { layout: Layout } -> ();
    /// Keeps looks and habits.
    settings_save SettingsSave { settings: Settings } -> ();
}
