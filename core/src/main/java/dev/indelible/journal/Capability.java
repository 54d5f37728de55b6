package dev.indelible.journal;

/** What a journal may be unable to promise. A store refuses a call that needs a capability that its journal lacks. */
public enum Capability {
    /** What was acknowledged is there after the process has ended. */
    DURABLE("acknowledged events survive the process"),
    /** Event ids are remembered for ever, in every mode of append. */
    PERMANENT_IDS("event ids are remembered for ever"),
    /** One append to several streams, all or nothing. */
    SEVERAL_STREAMS("one append to several streams"),
    /** Events can have tags, and queries can ask for them. */
    TAGS("tags on events and in queries"),
    /** An append can have guards. */
    GUARDS("guards on an append");

    private final String meaning;

    Capability(String meaning) {
        this.meaning = meaning;
    }

    /** What it means, in a few words. */
    public String meaning() {
        return meaning;
    }
}
