//! What a look at the databases adds to a clone's plan.

use crate::domain::human;
use crate::domain::plan::Plan;
use crate::job::preflight::Look;
use crate::provider::postgres::copy::{CheckReport, How, Skipped};

/// So many objects are named; the rest is counted.
const NAMED: usize = 3;

pub fn lines(plan: &mut Plan, look: &Look) {
    match look {
        Look::Nothing => {}
        Look::Failed(why) => {
            plan.detail("Not seen", format!("what can't be copied: {why}"));
        }
        Look::Seen(report) => {
            left_out(plan, &report.left_out);
            left_out(plan, &report.warnings);
            memory(plan, report);
            space(plan, report);
        }
    }
}

fn left_out(plan: &mut Plan, all: &[Skipped]) {
    for (how, label) in [
        (How::LeftOut, "Can't copy"),
        (How::SwitchedOff, "Holds"),
        (How::Changed, "Changes"),
    ] {
        let some: Vec<&Skipped> = all.iter().filter(|s| s.how == how).collect();
        if some.is_empty() {
            continue;
        }
        let mut text = listed(&some);
        if how == How::SwitchedOff {
            let them = human::plural(some.len() as u64, "it", "them");
            text.push_str(&format!("; off until you turn {them} on"));
        }
        plan.line(label, text);
        for one in some {
            plan.detail("", format!("{}: {}", one.object, one.reason));
        }
    }
}

/// `4 objects: event trigger guard, server there, publication all and 1 more`.
fn listed(all: &[&Skipped]) -> String {
    let count = all.len() as u64;
    let names: Vec<&str> = all.iter().take(NAMED).map(|s| s.object.as_str()).collect();
    let mut text = format!(
        "{count} {}: {}",
        human::plural(count, "object", "objects"),
        names.join(", ")
    );
    if all.len() > names.len() {
        text.push_str(&format!(" and {} more", all.len() - names.len()));
    }
    text
}

fn memory(plan: &mut Plan, report: &CheckReport) {
    if let Some((table, bytes)) = report.large_row() {
        plan.line(
            "Memory",
            format!(
                "up to {}: the largest row of {table} has {}",
                human::bytes(report.memory()),
                human::bytes(bytes)
            ),
        );
    }
    if !report.unmeasured.is_empty() {
        plan.detail(
            "Memory",
            format!(
                "how large the rows of {} are wasn't found in time",
                report.unmeasured.join(", ")
            ),
        );
    }
}

fn space(plan: &mut Plan, report: &CheckReport) {
    let Some(rooms) = &report.space else {
        plan.detail(
            "Disk",
            "what is free for the target isn't known: it's on another machine, or its server doesn't tell",
        );
        return;
    };
    for room in rooms {
        plan.detail(
            "Disk",
            format!(
                "about {} of the {} that are free in {}",
                human::bytes(room.needs),
                human::bytes(room.free),
                room.folder.display()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobKind;
    use crate::domain::plan::{Consent, Weight};
    use crate::provider::postgres::copy::space::Room;

    fn texts(look: &Look) -> Vec<(String, String, bool)> {
        let mut plan = Plan {
            kind: JobKind::Clone,
            instance: "b".into(),
            source: None,
            title: String::new(),
            verb: String::new(),
            destructive: false,
            lines: Vec::new(),
            consent: Consent::Yes,
        };
        lines(&mut plan, look);
        let all = plan.lines.into_iter();
        all.map(|l| (l.label, l.text, l.weight == Weight::Detail))
            .collect()
    }

    fn shown(report: CheckReport) -> Vec<String> {
        let all = texts(&Look::Seen(Box::new(report)));
        all.into_iter()
            .filter(|(_, _, detail)| !detail)
            .map(|(label, text, _)| format!("{label} {text}"))
            .collect()
    }

    #[test]
    fn what_is_as_expected_is_no_line() {
        assert_eq!(texts(&Look::Nothing), []);
        assert_eq!(
            shown(CheckReport {
                largest_row: Some(("t".into(), 8_000_000)),
                unmeasured: vec!["u".into()],
                space: Some(vec![Room {
                    folder: "/data".into(),
                    needs: 1,
                    free: 2,
                }]),
                ..CheckReport::default()
            }),
            Vec::<String>::new()
        );
        let failed = texts(&Look::Failed("No route.".into()));
        assert!(matches!(failed.as_slice(), [(_, text, true)] if text.contains("No route.")));
    }

    #[test]
    fn each_way_is_one_line_with_names_and_details_with_reasons() {
        let report = CheckReport {
            left_out: vec![
                Skipped::new("event trigger a", "why a"),
                Skipped::switched_off("trigger t hook", "why t"),
                Skipped::new("server b", "why b"),
                Skipped::new("rights on table c", "why c"),
                Skipped::new("publication d", "why d"),
                Skipped::changed("owner x of 2 objects", "why x"),
            ],
            largest_row: Some(("app.files".into(), 32_000_000)),
            ..CheckReport::default()
        };
        assert_eq!(
            shown(report.clone()),
            [
                "Can't copy 4 objects: event trigger a, server b, rights on table c and 1 more",
                "Holds 1 object: trigger t hook; off until you turn it on",
                "Changes 1 object: owner x of 2 objects",
                "Memory up to 196 MB: the largest row of app.files has 32 MB",
            ]
        );
        let all = texts(&Look::Seen(Box::new(report)));
        for reason in ["publication d: why d", "trigger t hook: why t"] {
            assert!(
                all.iter()
                    .any(|(_, text, detail)| *detail && text == reason)
            );
        }
    }
}
