//! A clone names nothing of its source: in its files and in its rows, also when its worker is killed.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::place::Place;
use crate::{outside, secrets, support};

/// Rows that name the source in several ways, and others that only seem to.
fn plant(place: &Place) {
    let reference = place.value("default", "SUPABASE_PROJECT_REF");
    let url = place.value("default", "SUPABASE_URL");
    let key = place.value("default", "SUPABASE_ANON_KEY");
    let database = place.value("default", "DATABASE_URL");
    place.sql(
        "default",
        &format!(
            "CREATE TABLE public.planted (id int PRIMARY KEY, t text, j jsonb, a text[]);
             INSERT INTO public.planted VALUES
               (1, 'https://{reference}.supabase.co/storage/v1/object/public/b/a.png', '{{\"url\": \"{url}/rest\"}}', '{{{reference}}}'),
               (2, 'x{reference}', '{{\"n\": 1}}', '{{}}'), (3, '{key}', '{{\"d\": \"{database}\"}}', NULL);
             CREATE FUNCTION public.planted_hook() RETURNS text LANGUAGE sql AS $$ SELECT '{url}' $$"
        ),
    );
    let note = format!("See {url} and {reference}.\n");
    fs::write(place.path("instances/default/notes.md"), note).unwrap();
}

fn rows(place: &Place, name: &str) -> Vec<(String, Value)> {
    outside::block_on(async {
        let connection = support::connected(&place.database(name)).await;
        let query = "SELECT id::text, to_jsonb(p)::text FROM public.planted p ORDER BY id";
        let rows = connection.query(query, &[]).await.unwrap();
        rows.iter()
            .map(|row| (row.get(0), serde_json::from_str(row.get(1)).unwrap()))
            .collect()
    })
}

/// `row column` for every value that differs.
fn differing(place: &Place, name: &str) -> BTreeSet<(String, String)> {
    let (theirs, ours) = (rows(place, "default"), rows(place, name));
    assert_eq!(theirs.len(), ours.len());
    let mut places = BTreeSet::new();
    for ((key, old), (_, new)) in theirs.iter().zip(&ours) {
        for (column, value) in old.as_object().unwrap() {
            if new[column] != *value {
                places.insert((format!("id={key}"), column.clone()));
            }
        }
    }
    places
}

#[test]
fn a_clone_names_nothing_of_its_source_whenever_its_worker_is_killed() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    plant(&place);
    for (n, point) in [
        "",
        "database.references:before",
        "database.references:after",
        "references:before",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("clone-{n}");
        let clone = ["clone", "default", &name, "--yes", "--json"];
        if point.is_empty() {
            place.matriz(&clone).ok();
        } else {
            let said = place.with(&clone, &[("MATRIZ_CRASH_AT", point)]);
            assert_eq!(said.last()["state"], "interrupted", "{point}: {said:?}");
            place.matriz(&["jobs", "resume", "--json"]).ok();
        }
        let job = place.newest_job().to_string();
        let report = place.json(&["jobs", "show", &job, "--report"]);
        let part = |name: &str| {
            let parts = report["parts"].as_array().unwrap();
            let part = parts.iter().find(|p| p["name"] == name);
            part.unwrap_or_else(|| panic!("{name} is missing: {report}"))["data"].clone()
        };
        let database = part("references.database");
        let mut listed = BTreeSet::new();
        for table in database["tables"].as_array().unwrap() {
            assert_eq!(table["table"], "public.planted", "{point}");
            for row in table["rows"].as_array().unwrap() {
                for column in row["columns"].as_array().unwrap() {
                    let text = |v: &Value| v.as_str().unwrap().to_owned();
                    listed.insert((text(&row["row"]), text(column)));
                }
            }
        }
        assert_eq!(listed.len(), 5, "{point}: {database}");
        assert_eq!(differing(&place, &name), listed, "{point}");
        let mut differences = place.differences("default", &name);
        differences.retain(|line| !line.contains("planted"));
        assert_eq!(differences, Vec::<String>::new(), "{point}");
        let left: Vec<&Value> = database["left"].as_array().unwrap().iter().collect();
        let why = |place: &str| left.iter().find(|l| l["place"] == place).map(|l| &l["why"]);
        assert_eq!(why("public.planted.t").unwrap(), "longer-word", "{left:?}");
        assert_eq!(why("function public.planted_hook()").unwrap(), "definition");
        assert!(
            part("references.files")["left"]
                .as_array()
                .unwrap()
                .is_empty()
        );

        let reference = place.value(&name, "SUPABASE_PROJECT_REF");
        let note = fs::read_to_string(place.path(&format!("instances/{name}/notes.md"))).unwrap();
        let url = place.value(&name, "SUPABASE_URL");
        assert_eq!(note, format!("See {url} and {reference}.\n"));
        let connects = format!("SELECT count(*) FROM public.planted WHERE t LIKE '%{reference}%'");
        assert_eq!(place.number(&name, &connects), 1);
        let said = place.matriz(&["jobs", "show", &job, "--report"]).ok();
        assert!(said.out.contains("public.planted.a"), "{said:?}");
        assert!(
            said.out
                .contains("function public.planted_hook() names the source's"),
            "{said:?}"
        );
    }
    secrets::never_shown(&place, &["default", "clone-0", "clone-1"]);
}
