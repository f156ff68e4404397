using System;
using System.Collections.Generic;
using System.Text;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Device;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>The broker's connection under a client that acts too early, or too seldom.</summary>
internal sealed class BuggyConnection(SimulatedBoard board, IMqttConnection connection) : IMqttConnection
{
    private const int SilentConnects = 5;
    private readonly HashSet<string> _reported = [];
    private int _failed;

    public bool Connected => connection.Connected;

    public string Connect(MqttSettings settings)
    {
        string problem = connection.Connect(settings);
        _failed = problem.Length == 0 ? 0 : _failed + 1;
        BootRecord record = board.StoredRecord;
        if (board.World.Bug == SeededBug.RevertOnSilence && _failed > SilentConnects && record.Trial.Length == 0 && record.ImageIn(record.Spare) != null)
        {
            record.Confirmed = record.Spare;
            Save(record);
        }

        return problem;
    }

    public void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        if (board.World.Bug == SeededBug.ApplyWithoutComplete && topic.EndsWith("/ota/verify", StringComparison.Ordinal)
            && Encoding.UTF8.GetString(payload).Contains("sha256", StringComparison.Ordinal))
        {
            BootRecord record = board.StoredRecord;
            BootSlots.BeginTrial(record);
            Save(record);
        }

        if (board.World.Bug == SeededBug.NeverRepeatTheReport && topic.EndsWith("/ota/report", StringComparison.Ordinal)
            && !_reported.Add(Encoding.UTF8.GetString(payload).Split(",\"n\"")[0]))
        {
            return;
        }

        connection.Publish(topic, payload, qos, retain);
    }

    public MqttMessage? Receive() => connection.Receive();

    public void Close() => connection.Close();

    private void Save(BootRecord record)
    {
        byte[] bytes = record.Next(out int file);
        board.Disk.Write("boot" + file, bytes);
        board.Reboot();
    }
}
