using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Nurture.Contacts;

namespace Nurture.Tests.Engine.Generated;

/// <summary>Anything as a text that is equal where all that can be read of it is equal.</summary>
internal static class Dump
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    public static string Of(object? value, params string[] without) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        DateTimeOffset at => at.ToString("O", CultureInfo.InvariantCulture),
        AttributeValue said => $"{said.Kind} {said}",
        byte[] bytes => Convert.ToHexString(bytes),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IDictionary pairs => $"{{{string.Join(", ", pairs.Keys.Cast<object>().Select(key => $"{Of(key)}: {Of(pairs[key], without)}").Order(StringComparer.Ordinal))}}}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(item => Of(item, without)))}]",
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        bool or char => value.ToString()!,
        _ => $"{value.GetType().Name}({string.Join(", ", Properties(value.GetType()).Where(property => !without.Contains(property.Name)).Select(property => $"{property.Name}: {Of(property.GetValue(value), without)}"))})",
    };

    private static PropertyInfo[] Properties(Type type) =>
        Known.GetOrAdd(type, of => [.. of.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead && property.GetIndexParameters().Length == 0)]);
}
