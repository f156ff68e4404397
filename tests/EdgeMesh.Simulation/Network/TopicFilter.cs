using System;

namespace EdgeMesh.Simulation.Network;

/// <summary>MQTT's topic filters (3.1.1, section 4.7).</summary>
internal static class TopicFilter
{
    internal static bool Matches(string filter, string topic)
    {
        ReadOnlySpan<char> f = filter;
        ReadOnlySpan<char> t = topic;
        while (true)
        {
            int fEnd = f.IndexOf('/');
            int tEnd = t.IndexOf('/');
            ReadOnlySpan<char> level = fEnd < 0 ? f : f[..fEnd];
            if (level is "#")
            {
                return true;
            }

            if (level is not "+" && !level.SequenceEqual(tEnd < 0 ? t : t[..tEnd]))
            {
                return false;
            }

            if (fEnd < 0 || tEnd < 0)
            {
                return fEnd < 0 && tEnd < 0;
            }

            f = f[(fEnd + 1)..];
            t = t[(tEnd + 1)..];
        }
    }
}
