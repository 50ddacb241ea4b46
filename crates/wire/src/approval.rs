//! Approvals: what an agent may not do without a person's word.

use serde::{Deserialize, Serialize};

/// Parameters of `exec.approval.request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListParams {
    #[serde(default, alias = "session_key", skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
}

/// Answer of `exec.approval.request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingList {
    pub pending: Vec<String>,
    pub requests: Vec<Pending>,
}

/// One request in the list; the rest of [`Request`] comes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub id: String,
    pub session_key: String,
    #[serde(flatten)]
    pub request: Request,
}

/// Payload of `exec.approval.requested`: all but the first three fields are
/// extensions. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    #[serde(default)]
    pub request_id: String,
    /// The command, or for a file what would be written.
    pub command: String,
    #[serde(default)]
    pub session_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// With [`Kind::WriteFile`]: the file, relative to `cwd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// With [`Kind::WriteFile`]: the first lines of what would be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// What "always" would allow: exactly this command, or writing to exactly
    /// this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
}

/// What an approval is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Exec,
    WriteFile,
    #[serde(other)]
    Other,
}

/// Parameters of `exec.approval.resolve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolveParams {
    pub request_id: String,
    pub decision: Answer,
    /// What the person saw; must equal the request's command when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Extension: with `approved`, also allow the request's `rule` from now on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
}

/// A person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Approved,
    Denied,
}

/// How an approval ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Denied,
    /// Nobody answered in time: not allowed.
    Expired,
    /// Its run was aborted first: not allowed.
    Withdrawn,
}

/// Payload of `exec.approval.resolved`, an extension: Moltis lists the event
/// and never sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    pub request_id: String,
    pub session_key: String,
    pub decision: Decision,
    #[serde(default)]
    pub always: bool,
    /// The rule that "always" made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The `client.id` of who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    pub at_ms: u64,
}

/// Answer of `exec.approval.rules` (extension).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesList {
    pub rules: Vec<Rule>,
}

/// What was allowed with "always": in one agent and one session, until the
/// gateway ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub rule_id: String,
    pub agent_id: String,
    pub session_key: String,
    pub kind: Kind,
    pub rule: String,
    pub created_at_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleParams {
    pub rule_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    fn request() -> Request {
        Request {
            request_id: "a-1".into(),
            command: "ls -l".into(),
            session_key: "main".into(),
            kind: Some(Kind::Exec),
            agent_id: Some("main".into()),
            run_id: Some("r-1".into()),
            tool_call_id: Some("c".into()),
            cwd: Some("/home/user/work".into()),
            path: Some("a.txt".into()),
            preview: Some("text".into()),
            rule: Some("ls -l".into()),
            created_at_ms: Some(1),
            expires_at_ms: Some(120_001),
        }
    }

    #[test]
    fn request_forms() {
        check("approval_request", &request());
        check("approval_list_params", &ListParams { session_key: Some("main".into()) });
        let pending = Pending { id: "a-1".into(), session_key: "main".into(), request: request() };
        check("approval_list", &PendingList { pending: vec!["a-1".into()], requests: vec![pending] });
        check("approval_kinds", &vec![Kind::Exec, Kind::WriteFile, Kind::Other]);
    }

    #[test]
    fn answer_forms() {
        check(
            "approval_resolve",
            &ResolveParams {
                request_id: "a-1".into(),
                decision: Answer::Approved,
                command: Some("ls -l".into()),
                always: true,
            },
        );
        check("approval_answers", &vec![Answer::Approved, Answer::Denied]);
        use Decision::{Approved, Denied, Expired, Withdrawn};
        check("approval_decisions", &vec![Approved, Denied, Expired, Withdrawn]);
        check(
            "approval_resolved",
            &Resolved {
                request_id: "a-1".into(),
                session_key: "main".into(),
                decision: Approved,
                always: true,
                rule: Some("ls -l".into()),
                by: Some("pilot".into()),
                agent_id: Some("main".into()),
                run_id: Some("r-1".into()),
                tool_call_id: Some("c".into()),
                at_ms: 5,
            },
        );
    }

    #[test]
    fn rule_forms() {
        let rule = Rule {
            rule_id: "u-1".into(),
            agent_id: "main".into(),
            session_key: "main".into(),
            kind: Kind::Exec,
            rule: "ls -l".into(),
            created_at_ms: 1,
        };
        check("approval_rules", &RulesList { rules: vec![rule] });
        check("approval_rule_params", &RuleParams { rule_id: "u-1".into() });
    }
}
