//! What a clone holds back, and turning it on.

use serde_json::json;

use crate::place::Place;

/// A trigger whose function calls out through another one, one that the source has off itself, and
/// one that stays inside.
const TRIGGERS: &str = "
    CREATE SCHEMA net;
    CREATE FUNCTION net.http_post(url text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
    CREATE FUNCTION public.tell(url text) RETURNS bigint LANGUAGE sql AS 'SELECT net.http_post(url)';
    CREATE FUNCTION public.told() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM public.tell('https://example.org/hook'); RETURN NULL; END $$;
    CREATE FUNCTION public.kept() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RETURN NULL; END $$;
    CREATE TABLE public.orders (id int PRIMARY KEY);
    CREATE TRIGGER tell AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.told();
    ALTER TABLE public.orders ENABLE ALWAYS TRIGGER tell;
    CREATE TRIGGER asleep AFTER UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.told();
    ALTER TABLE public.orders DISABLE TRIGGER asleep;
    CREATE TRIGGER keep AFTER DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.kept();";

const MODE: &str = "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname)
    FROM pg_trigger WHERE tgrelid = 'public.orders'::regclass";

#[test]
fn what_calls_out_is_off_until_its_owner_turns_it_on() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.sql("default", TRIGGERS);
    place.matriz(&["clone", "default", "clone-1", "--yes"]).ok();
    assert_eq!(place.text("clone-1", MODE), "asleepD keepO tellD");
    let listed = |state: &str| {
        json!({"instance": "clone-1", "held": [{
            "id": "trigger public.orders tell",
            "title": "trigger tell on public.orders",
            "does": "calls out when rows of orders change",
            "state": state,
        }]})
    };
    let list = ["held", "list", "clone-1"];
    assert_eq!(place.json(&list), listed("off"));
    assert_eq!(place.json(&["held", "list"])["held"], json!([]));
    let job = place.newest_job().to_string();
    let report = place.matriz(&["jobs", "show", &job, "--report"]).ok().out;
    assert!(report.contains("trigger tell on public.orders"), "{report}");

    let on = ["held", "turn-on", "-i", "clone-1", "trigger"];
    let unknown = [&on[..], &["public.orders", "asleep"]].concat();
    place.matriz(&unknown).refused(
        1,
        &["holds nothing that is called trigger public.orders asleep"],
    );
    let known = [&on[..], &["public.orders", "tell"]].concat();
    place.matriz(&known).ok();
    assert_eq!(place.json(&list), listed("on"));
    assert_eq!(place.text("clone-1", MODE), "asleepD keepO tellA");
    assert_eq!(place.text("default", MODE), "asleepD keepO tellA");

    place.sql("clone-1", "DROP TRIGGER tell ON public.orders");
    assert_eq!(place.json(&list), listed("gone"));
    // asleep, it's woken up to look
    place.matriz(&["sandbox", "stop"]).ok();
    assert_eq!(place.json(&list), listed("gone"));
}
