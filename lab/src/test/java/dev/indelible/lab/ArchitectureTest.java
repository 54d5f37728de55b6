package dev.indelible.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The house: everything points at core, core at the JDK, siblings never meet. */
class ArchitectureTest {
    private static final String[] CORE = {
        "dev.indelible",
        "dev.indelible.event",
        "dev.indelible.journal",
        "dev.indelible.memory",
        "dev.indelible.decider",
        "dev.indelible.schema",
        "dev.indelible.blob",
        "dev.indelible.personal",
        "dev.indelible.projection"
    };

    /** Each adapter's package, and those of its technology. */
    private static final Map<String, String[]> ADAPTERS = Map.of(
            "dev.indelible.jackson", new String[] {"tools.jackson..", "com.fasterxml.jackson.annotation.."},
            "dev.indelible.embedded", new String[] {"org.rocksdb.."},
            "dev.indelible.postgres", new String[] {"org.postgresql..", "com.zaxxer.hikari..", "org.flywaydb.."},
            "dev.indelible.dynamodb", new String[] {"software.amazon.awssdk..", "javax.net.ssl.."},
            "dev.indelible.kurrentdb", new String[] {"io.kurrent.dbclient..", "io.grpc.."},
            "dev.indelible.s3", new String[] {"software.amazon.awssdk.."},
            "dev.indelible.redis", new String[] {"redis.clients.jedis.."},
            "dev.indelible.elasticsearch", new String[] {"co.elastic.clients.."});

    private static final String[] APPS = {"dev.indelible.server..", "dev.indelible.cli.."};

    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/lab/"))
            .importPackages("dev.indelible");

    @Test
    void core_knows_the_jdk_only() {
        classes()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(with(CORE, "java..", "javax.crypto..", "org.jspecify.."))
                .because("core is what an event store is, without any technology")
                .check(all);
    }

    @Test
    void an_adapter_knows_core_and_its_technology() {
        ADAPTERS.forEach((adapter, technology) -> classes()
                .that()
                .resideInAPackage(adapter + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        with(with(CORE, technology), "java..", "javax.sql..", "org.jspecify..", adapter + ".."))
                .because("siblings never meet, and adapters know no application")
                .check(all));
    }

    @Test
    void applications_find_adapters_by_url() {
        noClasses()
                .that()
                .resideInAnyPackage(APPS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ADAPTERS.keySet().toArray(String[]::new))
                .because("applications open journals through ServiceLoader")
                .check(all);
    }

    @Test
    void the_contract_knows_core_and_its_test_libraries() {
        classes()
                .that()
                .resideInAPackage("dev.indelible.tck..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(with(
                        CORE,
                        "java..",
                        "org.jspecify..",
                        "dev.indelible.tck..",
                        "org.junit..",
                        "org.assertj..",
                        "org.opentest4j.."))
                .check(all);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(all);
    }

    @Test
    void nothing_is_synchronized_and_nothing_public_is_asynchronous() {
        methods()
                .should()
                .notHaveModifier(JavaModifier.SYNCHRONIZED)
                .because("a ReentrantLock does not pin a virtual thread")
                .check(all);
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE)
                .should()
                .notHaveRawReturnType(new DescribedPredicate<JavaClass>("a future or a reactive type") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.getName().startsWith("java.util.concurrent.")
                                || type.getName().startsWith("org.reactivestreams");
                    }
                })
                .because("callers block, on virtual threads")
                .check(all);
    }

    @Test
    void names_say_what_a_thing_is() {
        noClasses()
                .should()
                .haveNameMatching(".*\\.(Abstract\\w*|\\w*(Impl|Manager|Helper|Utils?))")
                .because("such a name says nothing; an implementation bears its technology's name")
                .check(all);
    }

    private static String[] with(String[] some, String... others) {
        String[] both = Arrays.copyOf(some, some.length + others.length);
        System.arraycopy(others, 0, both, some.length, others.length);
        return both;
    }
}
