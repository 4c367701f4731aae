import { Button, Card, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Paged } from "@/api/hooks";
import { Empty } from "./Empty";
import { Loading } from "./Loading";
import { Problem } from "./Problem";

export interface Column<T> {
  key: string;
  label: string;
  render: (item: T) => ReactNode;
  /** On a phone the first column is the card's head, and the others are lines with their label; these are left out. */
  isWide?: boolean;
  align?: "left" | "right";
}

interface Props<T> {
  list: Paged<T>;
  columns: Column<T>[];
  rowKey: (item: T) => string | number;
  /** Names the table for a screen reader. */
  label: string;
  /** Shown in place of an empty list. */
  empty?: ReactNode;
}

/** A list that the server hands out part by part: a table, and cards on a phone. */
export function DataList<T>({ list, columns, rowKey, label, empty }: Props<T>) {
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });

  if (list.error && !list.items) return <Problem error={list.error} retry={list.retry} />;
  if (!list.items) return list.isLoading ? <Loading /> : null;
  if (list.items.length === 0) return <Paper>{empty ?? <Empty title={t("common.nothing")} />}</Paper>;

  return (
    <Stack gap="md">
      {list.error && <Problem error={list.error} retry={list.retry} />}
      {isPhone ? <Cards items={list.items} columns={columns} rowKey={rowKey} label={label} /> : <Rows items={list.items} columns={columns} rowKey={rowKey} label={label} />}
      {list.more && (
        <Group justify="center">
          <Button variant="default" onClick={list.more} loading={list.isMoreLoading}>
            {t("common.more")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

type Shown<T> = { items: T[] } & Pick<Props<T>, "columns" | "rowKey" | "label">;

function Rows<T>({ items, columns, rowKey, label }: Shown<T>) {
  return (
    <Paper>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.key} ta={column.align}>
                  {column.label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <Table.Tr key={rowKey(item)}>
                {columns.map((column) => (
                  <Table.Td key={column.key} ta={column.align}>
                    {column.render(item)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Cards<T>({ items, columns, rowKey, label }: Shown<T>) {
  const [head, ...lines] = columns;
  return (
    <Stack gap="sm" component="ul" aria-label={label} p={0} m={0} style={{ listStyle: "none" }}>
      {items.map((item) => (
        <Card key={rowKey(item)} component="li" padding="sm">
          <Stack gap={6}>
            {head?.render(item)}
            {lines
              .filter((line) => !line.isWide)
              .map((line) => (
                <Group key={line.key} justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
                  {line.label && (
                    <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>
                      {line.label}
                    </Text>
                  )}
                  <Text component="div" size="sm" ta="right" style={{ minWidth: 0, flex: 1 }}>
                    {line.render(item)}
                  </Text>
                </Group>
              ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}
