package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Unavailable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** The table and its index: made on first use, or checked. */
final class Table {
    private static final List<KeySchemaElement> KEY =
            List.of(element(Keys.PK, KeyType.HASH), element(Keys.SK, KeyType.RANGE));
    private static final List<KeySchemaElement> LOG_KEY =
            List.of(element(Keys.LOG_PK, KeyType.HASH), element(Keys.LOG_SK, KeyType.RANGE));

    private final DynamoDbClient client;
    private final DynamoDbOptions options;

    Table(DynamoDbClient client, DynamoDbOptions options) {
        this.client = client;
        this.options = options;
    }

    /** As a CloudFormation template, kept when the stack goes, with backups of every second of the last 35 days. */
    static String template(String table) {
        return """
                AWSTemplateFormatVersion: "2010-09-09"
                Description: An event store in a table.
                Resources:
                  Events:
                    Type: AWS::DynamoDB::Table
                    DeletionPolicy: Retain
                    UpdateReplacePolicy: Retain
                    Properties:
                      TableName: "%s"
                      BillingMode: PAY_PER_REQUEST
                      DeletionProtectionEnabled: true
                      PointInTimeRecoverySpecification:
                        PointInTimeRecoveryEnabled: true
                      AttributeDefinitions:
                        - { AttributeName: PK, AttributeType: S }
                        - { AttributeName: SK, AttributeType: S }
                        - { AttributeName: GSI1PK, AttributeType: S }
                        - { AttributeName: GSI1SK, AttributeType: N }
                      KeySchema:
                        - { AttributeName: PK, KeyType: HASH }
                        - { AttributeName: SK, KeyType: RANGE }
                      GlobalSecondaryIndexes:
                        - IndexName: GSI1
                          KeySchema:
                            - { AttributeName: GSI1PK, KeyType: HASH }
                            - { AttributeName: GSI1SK, KeyType: RANGE }
                          Projection: { ProjectionType: ALL }
                """.formatted(table);
    }

    boolean isThere() {
        try {
            return find() != null;
        } catch (SdkException e) {
            throw new Service(client, options).unavailable(e);
        }
    }

    /** Waits until the table is there, and makes it if need be. */
    void prepare() {
        Service.Deadline deadline = new Service(client, options).deadline();
        try {
            TableDescription found = find();
            if (found == null) {
                make();
            }
            while (found == null || found.tableStatus() == TableStatus.CREATING) {
                deadline.pause("is being created", null);
                found = find();
            }
            check(found);
        } catch (SdkException e) {
            throw new Service(client, options).unavailable(e);
        }
    }

    private @Nullable TableDescription find() {
        try {
            return client.describeTable(request -> request.tableName(options.table()))
                    .table();
        } catch (ResourceNotFoundException e) {
            return null;
        }
    }

    private void make() {
        try {
            client.createTable(request -> request.tableName(options.table())
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .attributeDefinitions(
                            attribute(Keys.PK, ScalarAttributeType.S),
                            attribute(Keys.SK, ScalarAttributeType.S),
                            attribute(Keys.LOG_PK, ScalarAttributeType.S),
                            attribute(Keys.LOG_SK, ScalarAttributeType.N))
                    .keySchema(KEY)
                    .globalSecondaryIndexes(GlobalSecondaryIndex.builder()
                            .indexName(Keys.LOG)
                            .keySchema(LOG_KEY)
                            .projection(projection -> projection.projectionType(ProjectionType.ALL))
                            .build()));
        } catch (ResourceInUseException e) {
            // Another process was faster.
        }
    }

    private void check(TableDescription found) {
        boolean isOurs = found.keySchema().equals(KEY)
                && found.globalSecondaryIndexes().stream()
                        .anyMatch(index -> index.indexName().equals(Keys.LOG)
                                && index.keySchema().equals(LOG_KEY)
                                && index.projection().projectionType() == ProjectionType.ALL);
        if (!isOurs) {
            throw new Unavailable(
                    "DynamoDB table " + options.table()
                            + ": other keys or indexes (expected: keys PK and SK, index GSI1"
                            + " of GSI1PK and GSI1SK with all attributes)",
                    null);
        }
    }

    private static KeySchemaElement element(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }
}
