package dev.indelible.examples;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import javax.sql.DataSource;
import redis.clients.jedis.UnifiedJedis;

/** Where an application keeps what it reads. */
record ReadModels(DataSource postgres, ElasticsearchClient elasticsearch, UnifiedJedis redis) {}
