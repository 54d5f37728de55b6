package dev.indelible.server.kurrent;

import com.google.protobuf.Message;
import dev.indelible.server.kurrent.protocol.UsersGrpc;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ChangePasswordReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ChangePasswordResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.CreateReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.CreateResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DeleteReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DeleteResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DetailsReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DetailsResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DisableReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DisableResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.EnableReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.EnableResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ResetPasswordReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ResetPasswordResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.UpdateReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.UpdateResp;
import dev.indelible.server.security.Rights;
import dev.indelible.server.security.User;
import dev.indelible.server.security.Users;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The protocol's Users service: {@code $admins} look after users, and each may see himself and change his own password.
 */
final class UsersService extends UsersGrpc.UsersImplBase {
    private final Users users;
    private final OpenCalls calls;

    UsersService(Users users, OpenCalls calls) {
        this.users = users;
        this.calls = calls;
    }

    @Override
    public void create(CreateReq request, StreamObserver<CreateResp> response) {
        CreateReq.Options user = request.getOptions();
        answer(
                response,
                CreateResp.getDefaultInstance(),
                () -> {
                    if (!users.create(
                            user.getLoginName(), user.getPassword(), user.getFullName(), user.getGroupsList())) {
                        throw Refusals.userConflict(user.getLoginName());
                    }
                    return true;
                },
                user.getLoginName());
    }

    @Override
    public void update(UpdateReq request, StreamObserver<UpdateResp> response) {
        UpdateReq.Options user = request.getOptions();
        answer(
                response,
                UpdateResp.getDefaultInstance(),
                () -> users.update(user.getLoginName(), user.getPassword(), user.getFullName(), user.getGroupsList()),
                user.getLoginName());
    }

    @Override
    public void delete(DeleteReq request, StreamObserver<DeleteResp> response) {
        String login = request.getOptions().getLoginName();
        answer(response, DeleteResp.getDefaultInstance(), () -> users.delete(login), login);
    }

    @Override
    public void disable(DisableReq request, StreamObserver<DisableResp> response) {
        String login = request.getOptions().getLoginName();
        answer(response, DisableResp.getDefaultInstance(), () -> users.setDisabled(login, true), login);
    }

    @Override
    public void enable(EnableReq request, StreamObserver<EnableResp> response) {
        String login = request.getOptions().getLoginName();
        answer(response, EnableResp.getDefaultInstance(), () -> users.setDisabled(login, false), login);
    }

    @Override
    public void resetPassword(ResetPasswordReq request, StreamObserver<ResetPasswordResp> response) {
        ResetPasswordReq.Options options = request.getOptions();
        answer(
                response,
                ResetPasswordResp.getDefaultInstance(),
                () -> users.setPassword(options.getLoginName(), options.getNewPassword()),
                options.getLoginName());
    }

    @Override
    public void changePassword(ChangePasswordReq request, StreamObserver<ChangePasswordResp> response) {
        ChangePasswordReq.Options options = request.getOptions();
        Rights rights = Rights.current();
        answer(
                response,
                ChangePasswordResp.getDefaultInstance(),
                () -> {
                    if (!rights.isUser() || !rights.login().equals(options.getLoginName())) {
                        rights.requireAdmin();
                    }
                    if (users.find(options.getLoginName()).isEmpty()) {
                        return false;
                    }
                    return users.changePassword(
                            options.getLoginName(), options.getCurrentPassword(), options.getNewPassword());
                },
                options.getLoginName());
    }

    @Override
    public void details(DetailsReq request, StreamObserver<DetailsResp> response) {
        String login = request.getOptions().getLoginName();
        Rights rights = Rights.current();
        Outbox<DetailsResp> outbox = new Outbox<>((ServerCallStreamObserver<DetailsResp>) response);
        calls.run(outbox, () -> {
            if (!rights.isUser() || !rights.login().equals(login)) {
                rights.requireOperator();
            }
            Collection<User> asked = login.isEmpty()
                    ? users.all()
                    : List.of(users.find(login).orElseThrow(() -> Refusals.userNotFound(login)));
            for (User user : asked) {
                DetailsResp details = details(user);
                outbox.send(details, details.getSerializedSize());
            }
        });
    }

    private static DetailsResp details(User user) {
        return DetailsResp.newBuilder()
                .setUserDetails(DetailsResp.UserDetails.newBuilder()
                        .setLoginName(user.login())
                        .setFullName(user.fullName())
                        .addAllGroups(user.groups())
                        .setLastUpdated(DetailsResp.UserDetails.DateTime.newBuilder()
                                .setTicksSinceEpoch(EventForm.ticks(user.changedAt())))
                        .setDisabled(user.disabled()))
                .build();
    }

    /** Does it and answers so; false of it is that there is no such user. */
    private <T extends Message> void answer(StreamObserver<T> response, T done, BooleanSupplier change, String login) {
        Outbox<T> outbox = new Outbox<>((ServerCallStreamObserver<T>) response);
        calls.run(outbox, () -> {
            if (!change.getAsBoolean()) {
                throw Refusals.userNotFound(login);
            }
            outbox.send(done, 1);
        });
    }
}
