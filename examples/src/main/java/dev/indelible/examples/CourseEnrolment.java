package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Boundary;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.event.EventQuery;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import dev.indelible.jackson.JacksonCodec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A decision that rests on more than one stream: a course has so many seats, whoever takes them. */
final class CourseEnrolment {
    record Enrol(String student, String course) {}

    sealed interface CourseEvent {}

    record StudentEnrolled(String student, String course) implements CourseEvent {}

    /** Its state is who sits there. */
    record Seats(int count) implements Decider<Enrol, Set<String>, CourseEvent> {
        @Override
        public Set<String> initial() {
            return Set.of();
        }

        @Override
        public List<CourseEvent> decide(Enrol command, Set<String> taken) {
            if (taken.contains(command.student())) {
                return List.of();
            }
            if (taken.size() >= count) {
                throw new IllegalStateException(command.course() + " is full");
            }
            return List.of(new StudentEnrolled(command.student(), command.course()));
        }

        @Override
        public Set<String> evolve(Set<String> taken, CourseEvent event) {
            return switch (event) {
                case StudentEnrolled enrolled -> {
                    Set<String> now = new TreeSet<>(taken);
                    now.add(enrolled.student());
                    yield now;
                }
            };
        }
    }

    static final JacksonCodec<CourseEvent> CODEC = JacksonCodec.forEvents(CourseEvent.class)
            .tags(event -> switch (event) {
                case StudentEnrolled enrolled ->
                    List.of(Tag.of("course", enrolled.course()), Tag.of("student", enrolled.student()));
            })
            .build();

    private final Repository<Enrol, Set<String>, CourseEvent> courses;

    CourseEnrolment(EventStore store, int seats) {
        courses = Repository.of(store, "Course", new Seats(seats), CODEC).attempts(100);
    }

    /** Who sits there afterwards. */
    Set<String> enrol(String student, String course) {
        var enrolments = EventQuery.types("StudentEnrolled").withTags("course:" + course);
        var boundary = Boundary.<CourseEvent>of(enrolments, StreamName.of("Student", student));
        return courses.handle(boundary, new Enrol(student, course)).state();
    }
}
