using System;
using System.Text;

namespace EdgeMesh.Mqtt;

/// <summary>Whether a topic meets a filter.</summary>
public enum MqttTopicFilterCompareResult
{
    /// <summary>It does not.</summary>
    NoMatch,

    /// <summary>It does.</summary>
    IsMatch,

    /// <summary>The filter breaks the rules of section 4.7.</summary>
    FilterInvalid,

    /// <summary>The topic breaks the rules of section 4.7.</summary>
    TopicInvalid,
}

/// <summary>The rules of topic names and filters (MQTT 3.1.1, section 4.7).</summary>
public static class MqttTopicFilterComparer
{
    private const int MaximumBytes = ushort.MaxValue;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Compares a topic name with a filter. Allocates nothing.</summary>
    public static MqttTopicFilterCompareResult Compare(string topic, string filter)
    {
        if (TopicFault(topic) is not null) return MqttTopicFilterCompareResult.TopicInvalid;
        if (FilterFault(filter) is not null) return MqttTopicFilterCompareResult.FilterInvalid;
        return Matches(topic, filter) ? MqttTopicFilterCompareResult.IsMatch : MqttTopicFilterCompareResult.NoMatch;
    }

    /// <summary>What is wrong with a topic name, as a sentence; null if nothing is.</summary>
    public static string? TopicFault(string topic) =>
        TextFault(topic) ?? (topic.AsSpan().ContainsAny('+', '#') ? "A topic name must not hold the wildcards + and #." : null);

    /// <summary>What is wrong with a topic filter, as a sentence; null if nothing is.</summary>
    public static string? FilterFault(string filter)
    {
        if (TextFault(filter) is { } fault) return fault;
        for (int i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ('+' or '#')) continue;
            if (i > 0 && filter[i - 1] != '/') return "A wildcard must stand alone in its topic level.";
            bool last = i == filter.Length - 1;
            if (filter[i] == '#' && !last) return "The wildcard # must be the last character of the filter.";
            if (!last && filter[i + 1] != '/') return "A wildcard must stand alone in its topic level.";
        }
        return null;
    }

    private static string? TextFault(string text)
    {
        if (text.Length == 0) return "It is empty.";
        if (text.Contains('\0', StringComparison.Ordinal)) return "It holds the character U+0000.";
        try
        {
            return StrictUtf8.GetByteCount(text) > MaximumBytes ? "It is longer than 65,535 bytes." : null;
        }
        catch (EncoderFallbackException)
        {
            return "It holds half a surrogate pair, which UTF-8 cannot carry.";
        }
    }

    private static bool Matches(ReadOnlySpan<char> topic, ReadOnlySpan<char> filter)
    {
        // Wildcards at the first level do not reach the broker's own topics (4.7.2).
        if (topic[0] == '$' && filter[0] is '+' or '#') return false;
        while (true)
        {
            if (filter is "#") return true;
            int filterEnd = filter.IndexOf('/');
            int topicEnd = topic.IndexOf('/');
            var filterLevel = filterEnd < 0 ? filter : filter[..filterEnd];
            var topicLevel = topicEnd < 0 ? topic : topic[..topicEnd];
            if (filterLevel is not "+" && !filterLevel.SequenceEqual(topicLevel)) return false;
            if (filterEnd < 0) return topicEnd < 0;
            filter = filter[(filterEnd + 1)..];
            // "a/#" also means "a" itself (4.7.1.2).
            if (topicEnd < 0) return filter is "#";
            topic = topic[(topicEnd + 1)..];
        }
    }
}
