//! A reply as what was asked for.

use super::{CallError, Config, CronJob, CronRun, Hit, LogPage, Model, Page, Preset, Reply, Sent, Usage};
use crate::event::{Agent, Approval, Device, Session};

macro_rules! wanted {
    ($($name:ident: $reply:ident($of:ty)),* $(,)?) => {
        /// Each is what its call asked for. Errors: the node answered another question.
        impl Reply {
            $(
                #[doc = concat!("That of [`Reply::", stringify!($reply), "`].")]
                pub fn $name(self) -> Result<$of, CallError> {
                    match self {
                        Reply::$reply(wanted) => Ok(wanted),
                        _ => Err(CallError::Unreadable("it answered another question".to_owned())),
                    }
                }
            )*
        }
    };
}

wanted! {
    agents: Agents(Vec<Agent>),
    sessions: Sessions(Vec<Session>),
    history: History(Page),
    sent: Sent(Sent),
    aborted: Aborted(bool),
    session: Session(Session),
    approvals: Approvals(Vec<(Option<String>, Option<String>, Approval)>),
    models: Models(Vec<Model>),
    presets: Presets(Vec<Preset>),
    found: Found(Vec<Hit>),
    cron_jobs: CronJobs(Vec<CronJob>),
    cron_runs: CronRuns(Vec<CronRun>),
    logs: Logs(LogPage),
    usage: Usage(Usage),
    devices: Devices(Vec<Device>),
    config: Config(Config),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_another_question_is_an_error_and_no_answer() {
        assert_eq!(Reply::Aborted(true).aborted(), Ok(true));
        assert!(matches!(Reply::Done.models(), Err(CallError::Unreadable(_))));
    }
}
