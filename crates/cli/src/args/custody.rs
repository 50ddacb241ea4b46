//! What can be asked about approvals, their rules, the audit log and usage.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

/// What "always" is to cover.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Always {
    /// From now on, by this rule. Not every node lets itself be answered so.
    #[arg(long, value_name = "RULE", num_args = 0..=1)]
    pub always: Option<Option<String>>,
    /// The rule covers every session of the agent.
    #[arg(long, requires = "always")]
    pub any_session: bool,
    /// The rule holds so long: 15m, 8h, 7d.
    #[arg(long, value_name = "LENGTH", requires = "always")]
    pub rule_for: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum RulesVerb {
    /// Take a rule away.
    Remove {
        /// Its number, as `pilot rules` shows it.
        rule: i64,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// Look the whole log through; ends with 1 and names the first record that is not whole.
    Verify,
    /// All records as they are, one JSON object a line.
    Export,
}

/// What usage is summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SumBy {
    Node,
    Agent,
    Session,
    Model,
    Day,
}
