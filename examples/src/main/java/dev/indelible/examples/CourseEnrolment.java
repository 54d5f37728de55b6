package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;

/** A decision that rests on more than one stream: a course has so many seats, whoever takes them. */
final class CourseEnrolment {
    private final EventStore store;
    private final int seats;

    CourseEnrolment(EventStore store, int seats) {
        this.store = store;
        this.seats = seats;
    }

    boolean enrol(String student, String course) {
        EventQuery enrolments = EventQuery.types("StudentEnrolled").withTags("course:" + course);
        while (true) {
            Events events = store.read(enrolments);
            if (events.stream().count() >= seats) {
                return false;
            }
            NewEvent enrolled =
                    NewEvent.json("StudentEnrolled", "{}").withTags("course:" + course, "student:" + student);
            StreamName stream = StreamName.of("Student", student);
            try {
                store.append(Append.to(stream, ExpectedVersion.any(), enrolled).unless(enrolments, events.asOf()));
                return true;
            } catch (Conflict somebodyWasFaster) {
                // Read again and decide again.
            }
        }
    }
}
