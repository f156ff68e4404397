using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Times of day in which something is allowed.</summary>
internal static class Windows
{
    private const int Day = 1440;

    /// <summary>What conditions leave over, as windows in minutes since midnight; (0, 0) where it is nothing.</summary>
    internal static IReadOnlyList<(int From, int To)> Allowed(IReadOnlyList<Condition> conditions)
    {
        bool[] open = new bool[Day];
        System.Array.Fill(open, true);
        foreach (Condition condition in conditions.Where(c => c.Kind == "time"))
        {
            for (int minute = 0; minute < Day; minute++)
            {
                bool within = condition.FromMin <= condition.ToMin ? minute >= condition.FromMin && minute < condition.ToMin : minute >= condition.FromMin || minute < condition.ToMin;
                open[minute] &= within != condition.Negated;
            }
        }

        return Of(open);
    }

    private static List<(int From, int To)> Of(bool[] open)
    {
        if (open.All(o => o))
        {
            return [];
        }

        List<(int From, int To)> windows = [];
        for (int minute = 0; minute < Day; minute++)
        {
            if (open[minute] && !open[(minute + Day - 1) % Day])
            {
                int end = minute;
                while (open[end % Day])
                {
                    end++;
                }

                windows.Add((minute, end % Day));
            }
        }

        return windows.Count > 0 ? windows : [(0, 0)];
    }
}
