using System;

namespace EdgeMesh.Simulation.Network;

/// <summary>How bad the network is just now. Chunks and their acknowledgements may be lost; all else is lost with its connection alone.</summary>
internal sealed class Weather(Random random)
{
    /// <summary>How likely a message of quality 0 is lost.</summary>
    internal double Loss { get; private set; } = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.3;

    /// <summary>How likely a message arrives twice.</summary>
    internal double Repeat { get; private set; } = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.2;

    /// <summary>Longest way of a message, in milliseconds. Quality 0 overtakes.</summary>
    internal int DelayMs { get; private set; } = random.Next(4) == 0 ? random.Next(1000, 8000) : random.Next(1, 400);

    /// <summary>Longest time until an end notices that the connection is dead, in milliseconds: MQTT's keep-alive.</summary>
    internal int NoticeMs { get; private set; } = random.Next(2) == 0 ? 500 : 45_000;

    /// <summary>Messages of quality 0 that the broker queues for one client.</summary>
    internal int QueueMax { get; private set; } = random.Next(3) == 0 ? random.Next(4, 40) : 1000;

    /// <summary>Whether the broker keeps retained messages over a restart.</summary>
    internal bool KeepsRetained { get; } = random.Next(2) == 0;

    internal bool Loses() => random.NextDouble() < Loss;

    internal bool Repeats() => random.NextDouble() < Repeat;

    internal long Delay() => random.Next(1, DelayMs + 1);

    internal long Notice() => random.Next(NoticeMs);

    /// <summary>The network heals: nothing is lost or repeated any more, and every end notices what is dead.</summary>
    internal void Heal()
    {
        Loss = 0;
        Repeat = 0;
        DelayMs = 20;
        NoticeMs = 500;
        QueueMax = 1000;
    }
}
