//! The table of calls: every call keeps its name, and a request that does not fit is a
//! sentence, never a panic.

use crate::calls::*;
use crate::calls::{Handler, NAMES, Request, route};
use crate::fault::{Code, Fault};

#[test]
fn the_names_of_all_calls_are_recorded() {
    insta::assert_json_snapshot!("calls", NAMES);
}

#[test]
fn every_call_has_a_request_that_reads_back() {
    let seen = SessionSeen { of: crate::transcript::SessionRef { node: "n".into(), session: "s".into() } };
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<SessionSeen>(&text).unwrap(), seen);
    assert_eq!(<SessionSeen as crate::Call>::NAME, "session_seen");
}

#[test]
fn a_secret_loses_the_white_space_of_a_paste() {
    assert_eq!(crate::Secret::new(" mk_1\n").into_text(), "mk_1");
}

#[test]
fn a_fault_shows_its_sentence() {
    assert_eq!(Fault::new(Code::Other, "Nobody answers.").to_string(), "Nobody answers.");
}

fn request(call: &str, args: serde_json::Value) -> Request {
    Request { window: "main".into(), call: call.into(), args }
}

#[tokio::test]
async fn a_request_reaches_the_method_of_its_name() {
    let reply = route(&Echo, request("abort", serde_json::json!({"of": {"node": "n", "session": "s"}}))).await.unwrap();
    assert_eq!(reply, serde_json::json!(true));
}

#[tokio::test]
async fn an_unknown_call_and_wrong_arguments_are_sentences() {
    let unknown = route(&Echo, request("fly", serde_json::json!({}))).await.unwrap_err();
    assert!(unknown.message.contains("fly"), "{unknown}");
    let wrong = route(&Echo, request("abort", serde_json::json!({"of": 3}))).await.unwrap_err();
    assert_eq!(wrong.code, Code::Other);
    assert!(wrong.message.contains("reopen"), "{wrong}");
}

/// A core that only knows how to abort.
struct Echo;

macro_rules! only_abort {
    ($($handler:ident $args:ident $reply:ty;)*) => {
        impl Handler for Echo {
            async fn abort(&self, _window: &str, args: Abort) -> Result<bool, Fault> {
                Ok(args.of.node == "n")
            }
            $(async fn $handler(&self, _window: &str, _args: $args) -> Result<$reply, Fault> {
                Err(Fault::new(Code::Other, stringify!($handler)))
            })*
        }
    };
}

only_abort! {
    hello Hi crate::settings::Hello;
    watch Watch ();
    resync Resync ();
    node_probe NodeProbe crate::node::Probe;
    node_add NodeAdd crate::node::NodeId;
    node_edit NodeEdit ();
    node_remove NodeRemove ();
    node_restore NodeRestore ();
    node_pause NodePause ();
    node_retry NodeRetry ();
    nodes_nearby NodesNearby Vec<crate::node::Nearby>;
    node_import NodeImport String;
    node_trust NodeTrust ();
    node_production NodeProduction ();
    node_unlock NodeUnlock ();
    node_limit NodeLimit ();
    node_drift NodeDrift crate::record::Drift;
    record_start RecordStart crate::record::Recording;
    record_state RecordState Option<crate::record::Recording>;
    record_stop RecordStop crate::record::Recording;
    session_create SessionCreate crate::transcript::SessionRef;
    session_seen SessionSeen ();
    rows_before RowsBefore Vec<crate::transcript::Row>;
    send_message SendMessage ();
    cancel_message CancelMessage ();
    resend_message ResendMessage ();
    decide Decide ();
    approval_history ApprovalHistory Vec<crate::approval::Approval>;
    rules Rules Vec<crate::approval::StandingRule>;
    rule_remove RuleRemove bool;
    audit AuditRead Vec<crate::audit::Record>;
    audit_verify AuditVerify crate::audit::Verdict;
    usage UsageRead crate::usage::UsageReport;
    node_abilities NodeAbilities Vec<crate::steer::Ability>;
    session_rename SessionRename ();
    session_fork SessionFork crate::transcript::SessionRef;
    session_reset SessionReset ();
    session_delete SessionDelete ();
    session_switch SessionSwitch ();
    session_search SessionSearch Vec<crate::steer::Hit>;
    models_list ModelsList Vec<crate::steer::Model>;
    model_set ModelSet ();
    logs_tail LogsTail crate::steer::LogPage;
    cron_list CronList Vec<crate::steer::CronJob>;
    cron_runs CronRuns Vec<crate::steer::CronRun>;
    cron_run CronRunNow ();
    cron_enable CronEnable ();
    devices_list DevicesList Vec<crate::steer::Device>;
    device_settle DeviceSettle ();
    config_get ConfigGet crate::steer::Config;
    config_patch ConfigPatch ();
    activity_before ActivityBefore Vec<crate::activity::Line>;
    activity_after ActivityAfter Vec<crate::activity::Line>;
    search Search Vec<crate::activity::Found>;
    session_export SessionExport String;
    layout_save LayoutSave ();
    settings_save SettingsSave ();
}
