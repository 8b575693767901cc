//! The states of a project: what may be asked in which, and where it leads. No I/O.
//!
//! ```text
//! COMING_UP ──created──▶ ACTIVE_HEALTHY ──pause──▶ PAUSING ──▶ INACTIVE
//!     └──failed──▶ INIT_FAILED       ▲                         │ restore
//!                                    └──────── RESTORING ◀─────┘
//!                                                  └── failed: back to INACTIVE
//! any state that stays ──delete──▶ GOING_DOWN ──▶ gone
//! ```

use crate::provider::supabase::ProjectStatus;

/// What a client can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Pause,
    Restore,
    Delete,
}

/// What has to be done to leave a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Create,
    Pause,
    Resume,
    Drop,
}

/// The state that an action leads to, or the service's words of refusal.
///
/// "Project not ready for deletion." is recorded from the real service; the other texts are ours,
/// because no record of them could be found.
pub fn begin(status: &ProjectStatus, action: Action) -> Result<ProjectStatus, &'static str> {
    use ProjectStatus::*;
    match (action, status) {
        (_, GoingDown | Removed) => Err("Resource has been removed"),
        (Action::Pause, ActiveHealthy | ActiveUnhealthy | PauseFailed) => Ok(Pausing),
        (Action::Pause, Inactive | Pausing) => Err("Project is already paused."),
        (Action::Pause, _) => Err("Project is not in a state that can be paused."),
        (Action::Restore, Inactive | RestoreFailed) => Ok(Restoring),
        (Action::Restore, _) => Err("Project is not paused."),
        (Action::Delete, ComingUp | Restoring | Pausing) => Err("Project not ready for deletion."),
        (Action::Delete, _) => Ok(GoingDown),
    }
}

/// The work that a state waits for. States without any stay as they are.
pub fn work(status: &ProjectStatus) -> Option<Work> {
    match status {
        ProjectStatus::ComingUp => Some(Work::Create),
        ProjectStatus::Pausing => Some(Work::Pause),
        ProjectStatus::Restoring => Some(Work::Resume),
        ProjectStatus::GoingDown => Some(Work::Drop),
        _ => None,
    }
}

/// The state after the work.
pub fn end(work: Work, succeeded: bool) -> ProjectStatus {
    match (work, succeeded) {
        (Work::Create, true) | (Work::Resume, true) => ProjectStatus::ActiveHealthy,
        (Work::Create, false) => ProjectStatus::InitFailed,
        (Work::Pause, true) => ProjectStatus::Inactive,
        (Work::Pause, false) => ProjectStatus::PauseFailed,
        // The real service does not say so: a failed restore looks like a paused project.
        (Work::Resume, false) => ProjectStatus::Inactive,
        (Work::Drop, _) => ProjectStatus::Removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Copy)]
    enum Event {
        Ask(Action),
        WorkDone(bool),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            prop_oneof![
                Just(Action::Pause),
                Just(Action::Restore),
                Just(Action::Delete)
            ]
            .prop_map(Event::Ask),
            any::<bool>().prop_map(Event::WorkDone),
        ];
        proptest::collection::vec(event, 0..40)
    }

    proptest! {
        /// Whatever happens: an action never interrupts work that is under way, a removed
        /// project stays removed, and every state that is reached either stays or has work.
        #[test]
        fn no_sequence_breaks_the_machine(events in events()) {
            let mut status = ProjectStatus::ComingUp;
            for event in events {
                let before = status.clone();
                match event {
                    Event::Ask(action) => {
                        if let Ok(next) = begin(&status, action) {
                            prop_assert!(work(&before).is_none(), "{before} was interrupted");
                            prop_assert!(work(&next).is_some());
                            status = next;
                        }
                    }
                    Event::WorkDone(succeeded) => {
                        if let Some(work_now) = work(&status) {
                            status = end(work_now, succeeded);
                            prop_assert!(work(&status).is_none());
                        }
                    }
                }
                if before == ProjectStatus::Removed {
                    prop_assert_eq!(&status, &ProjectStatus::Removed);
                }
            }
        }
    }

    #[test]
    fn deleting_is_refused_while_coming_up_and_allowed_after_a_failed_creation() {
        assert_eq!(
            begin(&ProjectStatus::ComingUp, Action::Delete),
            Err("Project not ready for deletion.")
        );
        assert_eq!(
            begin(&ProjectStatus::InitFailed, Action::Delete),
            Ok(ProjectStatus::GoingDown)
        );
    }
}
