use super::*;
use crate::provider::postgres::copy::toc::Section;

fn map() -> SchemaMap {
    SchemaMap {
        from: "public".into(),
        to: "clone_1".into(),
    }
}

fn names() -> Names {
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    Names {
        own: set(&["t", "f", "t_id_seq", "public", "===", "Odd"]),
        foreign: set(&["vector", "<->", "vector_cosine_ops"]),
    }
}

fn moved(sql: &str) -> String {
    let (map, names) = (map(), names());
    Repoint {
        map: &map,
        names: &names,
    }
    .definition(sql)
    .sql
}

#[test]
fn own_names_move_and_extensions_stay() {
    for (sql, expected) in [
        (
            "CREATE TABLE public.t (v public.vector(384))",
            "CREATE TABLE \"clone_1\".t (v public.vector(384))",
        ),
        (
            "nextval('public.t_id_seq'::regclass)",
            "nextval('\"clone_1\".t_id_seq'::regclass)",
        ),
        ("a OPERATOR(public.<->) b", "a OPERATOR(public.<->) b"),
        ("a OPERATOR(public.===) b", "a OPERATOR(\"clone_1\".===) b"),
        (
            "USING hnsw (v public.vector_cosine_ops)",
            "USING hnsw (v public.vector_cosine_ops)",
        ),
        (
            "GRANT USAGE ON SCHEMA public TO public",
            "GRANT USAGE ON SCHEMA \"clone_1\" TO public",
        ),
        ("'public.t'", "'public.t'"),
        ("/* public.t */ -- public.t", "/* public.t */ -- public.t"),
        (
            "SELECT x.public FROM public.\"Odd\" x",
            "SELECT x.public FROM \"clone_1\".\"Odd\" x",
        ),
        (
            "SELECT public.id FROM public.public",
            "SELECT public.id FROM \"clone_1\".public",
        ),
        ("REFERENCES auth.users(id)", "REFERENCES auth.users(id)"),
    ] {
        assert_eq!(moved(sql), expected);
    }
}

fn function(defn: &str) -> (String, Vec<Skipped>) {
    let entry = Entry {
        id: 1,
        table_oid: 0,
        oid: 0,
        tag: "f(integer)".into(),
        desc: "FUNCTION".into(),
        section: Section::Pre,
        defn: defn.into(),
        drop: "DROP FUNCTION public.f(a integer);\n".into(),
        namespace: "public".into(),
        access_method: String::new(),
        owner: String::new(),
        deps: vec![],
    };
    let mut toc = Toc {
        server_version: String::new(),
        entries: vec![entry],
        hash: String::new(),
    };
    let notes = repoint(&mut toc, &map(), &names());
    (toc.entries.remove(0).defn, notes)
}

#[test]
fn bodies_are_rewritten_listed_and_given_a_path() {
    let (defn, notes) = function(
        "CREATE FUNCTION public.f(a integer) RETURNS public.t\n    LANGUAGE plpgsql\n    AS $$ BEGIN RETURN (SELECT public.t FROM public.t); END $$;\n",
    );
    assert!(defn.starts_with("CREATE FUNCTION \"clone_1\".f(a integer) RETURNS \"clone_1\".t"));
    assert!(defn.contains("FROM \"clone_1\".t"), "{defn}");
    assert!(
        defn.ends_with(
            "ALTER FUNCTION \"clone_1\".f(a integer) SET search_path TO \"clone_1\", \"public\";"
        ),
        "{defn}"
    );
    assert_eq!(notes.len(), 1);
}

#[test]
fn a_path_of_its_own_is_changed_and_dynamic_sql_is_reported() {
    let (defn, notes) = function(
        "CREATE FUNCTION public.f(a integer) RETURNS void\n    LANGUAGE plpgsql\n    SET search_path TO 'public', 'pg_temp'\n    AS $_$ BEGIN EXECUTE 'DELETE FROM public.t'; END $_$;\n",
    );
    assert!(
        defn.contains("SET search_path TO 'clone_1', 'public', 'pg_temp'\n    AS"),
        "{defn}"
    );
    assert!(
        defn.contains("'DELETE FROM public.t'"),
        "dynamic SQL is left alone: {defn}"
    );
    assert!(!defn.contains("ALTER FUNCTION"));
    assert_eq!(notes.len(), 1, "{notes:?}");
}
