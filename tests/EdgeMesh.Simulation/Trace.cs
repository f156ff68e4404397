using System.Collections.Generic;
using System.IO;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation;

/// <summary>What happened, for people; kept only where a run is looked at.</summary>
internal sealed class Trace(VirtualTime time, int linesMax)
{
    private const int LineLength = 400;
    private readonly Queue<string> _lines = new();
    private long _left;

    internal bool On => linesMax > 0;

    internal void Add(string who, string text)
    {
        if (!On)
        {
            return;
        }

        string line = $"{time.NowMs,9} {who,-9} {text}";
        _lines.Enqueue(line.Length <= LineLength ? line : line[..LineLength] + " …");
        if (_lines.Count > linesMax)
        {
            _lines.Dequeue();
            _left++;
        }
    }

    internal void Print(TextWriter to)
    {
        to.WriteLine(_left > 0 ? $"… {_left} earlier lines are left out" : "the whole trace:");
        foreach (string line in _lines)
        {
            to.WriteLine(line);
        }
    }
}
