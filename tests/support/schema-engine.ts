// Prisma's own schema engine, as WebAssembly: it reports how a database differs from schema.prisma. Needs no network and no binary.

import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** The OID of the catalog's one-byte "char", which the engine queries and the adapter does not support. */
const CATALOG_CHAR = 18;

class CatalogAdapter extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver();
    let characters: number[] = [];

    const query = pool.query.bind(pool) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
    const asText = async (config: pg.QueryConfig) => {
      const result = await query(config);
      characters = [];
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID !== CATALOG_CHAR) continue;
        field.dataTypeID = pg.types.builtins.TEXT;
        characters.push(index);
      }
      return result;
    };
    Object.assign(pool, { query: asText });

    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (sql) => {
      const result = await queryRaw(sql);
      for (const index of characters) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  }
}

/** The SQL that migrates the database at `url` to `schema`; null if they match. */
export async function drift(url: string, schema: string): Promise<string | null> {
  const files = [{ path: 'schema.prisma', content: schema }];
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new CatalogAdapter(pool));
    using engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, adapter);
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? null : stdout;
  } finally {
    await pool.end();
  }
}
