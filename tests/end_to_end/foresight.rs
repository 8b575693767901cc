//! What a clone's plan says beforehand, and what the clone then does; and a disk that is too small.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::outside;
use crate::place::Place;

/// What only a superuser makes, a webhook, and a row of 12 MB.
const BY_OTHERS: &str = "
    CREATE FUNCTION public.seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
    ALTER FUNCTION public.seen() OWNER TO postgres;
    CREATE EVENT TRIGGER example_guard ON ddl_command_end EXECUTE FUNCTION public.seen();";
const BY_THE_PROJECT: &str = "
    CREATE FUNCTION public.call() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM net.http_post(); RETURN NULL; END $$;
    CREATE TABLE public.file (id int PRIMARY KEY, content text);
    CREATE TRIGGER example_hook AFTER INSERT ON public.file
      FOR EACH ROW EXECUTE FUNCTION public.call('net.http_post');
    ALTER TABLE public.file DISABLE TRIGGER example_hook;
    INSERT INTO public.file VALUES (1, repeat('x', 12000000))";

fn line<'a>(plan: &'a Value, label: &str) -> &'a str {
    let lines = plan["plan"]["lines"].as_array().expect("lines");
    let line = lines.iter().find(|l| l["label"] == label);
    line.unwrap_or_else(|| panic!("no {label}: {plan}"))["text"]
        .as_str()
        .unwrap()
}

#[test]
fn the_plan_says_what_the_log_says_afterwards() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.sql("default", BY_THE_PROJECT);
    let reference = place.value("default", "SUPABASE_PROJECT_REF");
    outside::block_on(async {
        let admin = place.superuser(&reference).await;
        admin.batch_execute(BY_OTHERS).await.expect(BY_OTHERS);
    });
    // asleep or not, the plan is the same
    place.matriz(&["sandbox", "stop"]).ok();
    let ask = ["clone", "default", "clone-1", "--dry-run"];
    let plan = place.json(&ask);
    assert_eq!(
        line(&plan, "Can't copy"),
        "1 object: event trigger example_guard"
    );
    assert_eq!(
        line(&plan, "Holds"),
        "1 object: trigger public.file example_hook; off until you turn it on"
    );
    assert_eq!(
        line(&plan, "Memory"),
        "up to 136 MB: the largest row of file has 12 MB"
    );
    assert!(line(&plan, "Disk").contains("that are free in"));
    let text = place.matriz(&ask).ok().out;
    assert!(
        text.contains("Can't copy") && !text.contains("Disk"),
        "{text}"
    );
    let text = place.matriz(&["clone", "default", "clone-1", "--dry-run", "-v"]);
    let reason = "only a superuser of the target may make it";
    assert!(text.ok().out.contains(reason));
    assert!(!place.has("clone-1"));

    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    let log = place.matriz(&["jobs", "log", &place.newest_job().to_string()]);
    let log = log.ok().out;
    let said: Vec<&str> = log
        .lines()
        .filter(|l| {
            ["left out: ", "switched off: ", "not as in"]
                .iter()
                .any(|w| l.contains(w))
        })
        .collect();
    assert_eq!(said.len(), 2, "{log}");
    assert!(log.contains(&format!("left out: event trigger example_guard ({reason})")));
    assert!(log.contains("switched off: trigger public.file example_hook"));
    assert!(log.contains("The largest row, of file, has 12 MB"), "{log}");
    place.equal("default", "clone-1");
    // a target that is there is looked at itself
    place
        .matriz(&["clone", "default", "clone-1", "--dry-run"])
        .refused(3, &["isn't empty", "table file"]);
}

/// The sandbox's folder on a disk of its own, until the value is dropped.
struct OwnDisk(std::path::PathBuf);

impl OwnDisk {
    fn mount(place: &Place, megabytes: u32) -> Option<OwnDisk> {
        let folder = place.path(".matriz/sandbox");
        let options = fs::read(folder.join("options.json")).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={megabytes}M,mode=0700"))
            .arg("none")
            .arg(&folder)
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("SKIP a small disk: this user can't mount one");
            return None;
        }
        fs::write(folder.join("options.json"), options).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        Some(OwnDisk(folder))
    }
}

impl Drop for OwnDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_too_small_is_said_before_anything_is_made() {
    let Some(place) = Place::small() else {
        return;
    };
    let Some(disk) = OwnDisk::mount(&place, 500) else {
        return;
    };
    let place = place.initialised();
    place.sql(
        "default",
        "CREATE TABLE public.ballast AS SELECT n, repeat(md5(n::text), 40) AS text
           FROM generate_series(1, 110000) n",
    );
    let (jobs, projects) = (place.json(&["jobs", "list"]), place.projects());
    for words in [&["--yes"][..], &["--dry-run"]] {
        let arguments: Vec<&str> = ["clone", "default", "clone-1"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        place
            .matriz(&arguments)
            .refused(3, &["The copy needs about", "are free", "Free at least"]);
    }
    assert!(!place.has("clone-1"));
    assert_eq!(place.projects(), projects);
    assert_eq!(place.json(&["jobs", "list"]), jobs, "a refusal left a job");
    // with less to copy it fits
    place.sql("default", "DROP TABLE public.ballast");
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    place.equal("default", "clone-1");
    drop(place);
    drop(disk);
}
