//! States to test with: the same moment, the same company, every time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::held::{Held, HeldState, HeldView, TriggerMode};
use crate::domain::instance::{InstanceState, InstanceView};
use crate::domain::isolation::{CODES, Finding, Fix, Place};
use crate::domain::job::{JobKind, JobState, JobView, StepView};
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Item, Phase, Report, Unit, WorkState};
use crate::domain::strategy::Strategy;
use crate::tui::msg::Msg;
use crate::tui::theme::Theme;
use crate::tui::update::update;

use super::State;

/// 2026-03-02 12:00 UTC, on a full turn of the spinner.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_772_452_800).unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

pub fn empty() -> State {
    let theme = Theme { color: true };
    let mut state = State::new("acme".into(), theme, (120, 36), now());
    state.zone = TimeZone::UTC;
    update(&mut state, Msg::Instances(Ok(Vec::new())));
    update(&mut state, Msg::Jobs(Ok(Vec::new())));
    state
}

pub fn instance(text: &str, state: InstanceState) -> InstanceView {
    InstanceView {
        state,
        purpose: "Novo briefing: cafeteria por assinatura".into(),
        owner: "ana".into(),
        labels: vec!["demo".into(), "café".into()],
        created: Some(ago(12 * 86_400)),
        project_ref: Some(format!("sbx{:a<17.17}", text.replace('-', ""))),
        region: Some("local".into()),
        host: Some("127.0.0.1:54610".into()),
        database_bytes: Some(48_000_000),
        tables: Some(41),
        rows: Some(12_400),
        last_activity: Some(ago(130)),
        observed: Some(ago(20)),
        ..InstanceView::unknown(name(text))
    }
}

pub fn instances() -> Vec<InstanceView> {
    let mut original = instance("default", InstanceState::Ready);
    original.current = true;
    original.protected = true;
    let mut clone = instance("clone-1", InstanceState::Working);
    clone.job = Some(7);
    clone.cloned_from = Some("default".into());
    clone.database_bytes = Some(31_000_000);
    let mut paused = instance("clone-2", InstanceState::Paused);
    paused.strategy = Strategy::Schema;
    paused.cloned_from = Some("default".into());
    paused.schema = "clone_2".into();
    paused.database_bytes = None;
    paused.tables = None;
    paused.rows = None;
    paused.last_activity = Some(ago(12 * 86_400));
    let mut broken = instance("staging", InstanceState::Attention);
    broken.note = Some("Its .env can't be read: line 3 opens a quote that never closes.".into());
    let fresh = InstanceView {
        state: InstanceState::New,
        ..InstanceView::unknown(name("teste"))
    };
    vec![clone, original, paused, broken, fresh]
}

pub fn step(n: u32, title: &str, state: WorkState, from: i64, to: Option<i64>) -> StepView {
    StepView {
        n,
        stage: n,
        name: title.to_lowercase().replace(' ', "."),
        title: title.into(),
        state,
        report: Report::default(),
        started: (state != WorkState::Pending).then(|| ago(from)),
        ended: to.map(ago),
        error: None,
    }
}

/// A clone in the middle of its data.
pub fn running() -> JobView {
    let item = |name: &str, state, done, total| Item {
        name: name.into(),
        state,
        amount: Amount::new(done, total, Unit::Rows),
        note: None,
    };
    let mut schema = step(1, "Copy the schema", WorkState::Done, 10, Some(9));
    schema.report.amount = Amount::new(118, 118, Unit::Objects);
    let mut copy = step(2, "Copy the database", WorkState::Running, 9, None);
    copy.report.amount = Amount::new(31_000_000, 48_000_000, Unit::Bytes);
    copy.report.phases = vec![
        Phase {
            name: "data".into(),
            state: WorkState::Running,
            amount: Amount::new(17, 41, Unit::Tables),
            items: vec![
                item("agent_logs", WorkState::Done, 90_000, 90_000),
                item("corporate_memory", WorkState::Running, 1_200_000, 1_700_000),
                item("task_context", WorkState::Pending, 0, 4_000),
            ],
        },
        Phase {
            name: "indexes".into(),
            state: WorkState::Pending,
            amount: Amount::new(0, 63, Unit::Objects),
            items: Vec::new(),
        },
    ];
    JobView {
        id: 7,
        kind: JobKind::Clone,
        instance: "clone-1".into(),
        source: Some("default".into()),
        state: JobState::Running,
        created: ago(15),
        started: Some(ago(14)),
        ended: None,
        error: None,
        hint: None,
        steps: vec![
            step(0, "Create the project", WorkState::Done, 14, Some(10)),
            schema,
            copy,
            step(3, "Rewrite the configuration", WorkState::Pending, 0, None),
            step(4, "Verify", WorkState::Pending, 0, None),
        ],
        per_mille: 640,
        summary: None,
    }
}

pub fn finished(id: i64, kind: JobKind, instance: &str, state: JobState, ended: i64) -> JobView {
    JobView {
        id,
        kind,
        instance: instance.into(),
        source: None,
        state,
        created: ago(ended + 9),
        started: Some(ago(ended + 8)),
        ended: Some(ago(ended)),
        error: None,
        hint: None,
        steps: vec![step(
            0,
            "Load the rows",
            WorkState::Done,
            ended + 8,
            Some(ended),
        )],
        per_mille: 1000,
        summary: Some("3 tables, 164 rows".into()),
    }
}

pub fn failed() -> JobView {
    let mut job = running();
    job.id = 5;
    job.instance = "staging".into();
    job.state = JobState::Failed;
    job.ended = Some(ago(3_700));
    job.error = Some(
        "The server of staging closed the connection while corporate_memory was copied.".into(),
    );
    job.hint = Some("R resumes the job.".into());
    job.steps[2].state = WorkState::Failed;
    job.steps[2].error = Some("the connection was closed".into());
    job
}

/// Five instances, and the jobs of an ordinary day, nothing running.
pub fn three() -> State {
    let mut state = empty();
    let mut rows = instances();
    rows[0].state = InstanceState::Ready;
    rows[0].job = None;
    update(&mut state, Msg::Instances(Ok(rows)));
    let jobs = vec![
        finished(6, JobKind::Seed, "default", JobState::Done, 130),
        finished(4, JobKind::Init, "default", JobState::Done, 90_000),
    ];
    update(&mut state, Msg::Jobs(Ok(jobs)));
    state.instances.select(&name("default"));
    state
}

/// The same with a clone under way.
pub fn cloning() -> State {
    let mut state = three();
    update(&mut state, Msg::Instances(Ok(instances())));
    let mut before = running();
    before.per_mille = 600;
    before.steps[2].report.amount.done = 19_000_000;
    let done = || finished(6, JobKind::Seed, "default", JobState::Done, 130);
    state.now = ago(1);
    update(&mut state, Msg::Jobs(Ok(vec![before, done()])));
    state.now = now();
    update(&mut state, Msg::Jobs(Ok(vec![running(), done()])));
    state.toast = None;
    state.instances.select(&name("clone-1"));
    state
}

/// What a clone holds back.
pub fn held() -> Vec<HeldView> {
    let hook = Held::Trigger {
        schema: "public".into(),
        table: "orders".into(),
        name: "notify".into(),
        mode: TriggerMode::Origin,
    };
    let job = Held::ScheduledJob {
        number: 3,
        name: Some("nightly-report".into()),
        schedule: "0 3 * * *".into(),
    };
    vec![hook.seen(HeldState::Off), job.seen(HeldState::Off)]
}

/// What a look at the instances found.
pub fn apart() -> Vec<Finding> {
    let place = |file: &str, line, key: &str| Place {
        file: file.into(),
        line: Some(line),
        key: Some(key.into()),
    };
    let finding = |code: &str, names: &[&str], what: &str| {
        let code = CODES.iter().find(|known| known.name == code).unwrap();
        Finding::new(code, what).of(names.iter().copied())
    };
    vec![
        finding(
            "I105",
            &["clone-2", "default"],
            "clone-2 and default share the Jira project CLN on acme.atlassian.net.",
        )
        .at([
            place("instances/clone-2/.env", 16, "JIRA_PROJECT_KEY"),
            place(
                "instances/default/atlassian.config.json",
                4,
                "jiraProjectKey",
            ),
        ])
        .fix(Some(Fix::SetEnv {
            instance: "clone-2".into(),
            key: "JIRA_PROJECT_KEY".into(),
            was: "CLN".into(),
            value: "CLN2".into(),
        })),
        finding(
            "I401",
            &["staging"],
            "instances/staging/.env can be read by others (mode 0644).",
        )
        .at([Place::file("instances/staging/.env")])
        .fix(Some(Fix::Mode {
            path: "instances/staging/.env".into(),
            from: 0o644,
            to: 0o600,
        })),
        finding(
            "I109",
            &["clone-2", "staging"],
            "clone-2's strategy is complete, and staging has the same ATLASSIAN_API_TOKEN.",
        )
        .at([place("instances/clone-2/.env", 15, "ATLASSIAN_API_TOKEN")]),
    ]
}

/// So many instances.
pub fn many(n: usize) -> State {
    let mut state = three();
    let rows = (0..n)
        .map(|i| {
            let state = match i % 11 {
                3 => InstanceState::Paused,
                7 => InstanceState::Attention,
                _ => InstanceState::Ready,
            };
            let mut row = instance(&format!("company-{i}"), state);
            row.current = i == 4;
            row.database_bytes = Some(i as u64 * 1_234_567);
            row
        })
        .collect();
    update(&mut state, Msg::Instances(Ok(rows)));
    state
}
