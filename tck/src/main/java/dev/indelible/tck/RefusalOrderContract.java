package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static dev.indelible.tck.ContractBase.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome.GuardConflict;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.Refused;
import dev.indelible.journal.Outcome.VersionConflict;
import org.junit.jupiter.api.Test;

/** Promise 8: known ids come before partly known ids, these before versions, and versions before guards. */
interface RefusalOrderContract extends ContractBase {
    @Test
    default void a_known_append_is_answered_whatever_else_would_refuse_it() {
        NewEvent known = event("A", 1);
        append("Order-1", known);
        Append elsewhere = guarded(to("Order-1", exactly(9), known));
        if (has(Capability.PERMANENT_IDS)) {
            assertThat(store().append(elsewhere).repeated()).isTrue();
        } else {
            assertThat(refusal(elsewhere)).isInstanceOf(VersionConflict.class);
        }
    }

    @Test
    default void a_partly_known_append_is_refused_for_its_ids_before_its_version() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent known = event("A", 1);
        append("Order-1", known);
        assertThat(refusal(guarded(to("Order-1", exactly(9), event("B", 2), known))))
                .isInstanceOf(IdConflict.class);
    }

    @Test
    default void a_wrong_version_is_refused_before_a_guard() {
        append("Order-1", events(1));
        assertThat(refusal(guarded(to("Order-1", exactly(9), events(1))))).isInstanceOf(VersionConflict.class);
        if (has(Capability.GUARDS)) {
            assertThat(refusal(guarded(to("Order-1", any(), events(1))))).isInstanceOf(GuardConflict.class);
        }
    }

    private Append guarded(Append append) {
        return has(Capability.GUARDS) ? append.unless(EventQuery.all(), Position.START) : append;
    }

    private Refused refusal(Append append) {
        return catchThrowableOfType(Conflict.class, () -> store().append(append))
                .refusal();
    }
}
