package dev.indelible.examples;

import dev.indelible.decider.Decider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Objects that change themselves, run by a repository: no base class, ten lines. */
final class WrappedAggregate {
    private WrappedAggregate() {}

    /** An aggregate as it may be there already: it says what happened, and takes it in. */
    static final class Account {
        private final List<AccountEvent> happened = new ArrayList<>();
        private long balance;

        void withdraw(long cents) {
            if (cents > balance) {
                throw new IllegalStateException("balance: " + balance + " (expected: " + cents + " or more)");
            }
            happen(new Withdrawn(cents));
        }

        void deposit(long cents) {
            happen(new Deposited(cents));
        }

        private void happen(AccountEvent event) {
            apply(event);
            happened.add(event);
        }

        void apply(AccountEvent event) {
            balance += switch (event) {
                case Deposited deposited -> deposited.cents();
                case Withdrawn withdrawn -> -withdrawn.cents();
            };
        }

        long balance() {
            return balance;
        }

        List<AccountEvent> happened() {
            return happened;
        }
    }

    sealed interface AccountEvent {}

    record Deposited(long cents) implements AccountEvent {}

    record Withdrawn(long cents) implements AccountEvent {}

    /** What an account did itself it has taken in already; each decision begins with an account of its own. */
    static final class Accounts implements Decider<Consumer<Account>, Account, AccountEvent> {
        @Override
        public Account initial() {
            return new Account();
        }

        @Override
        public List<AccountEvent> decide(Consumer<Account> command, Account account) {
            command.accept(account);
            return List.copyOf(account.happened());
        }

        @Override
        public Account evolve(Account account, AccountEvent event) {
            if (!account.happened().remove(event)) {
                account.apply(event);
            }
            return account;
        }
    }
}
