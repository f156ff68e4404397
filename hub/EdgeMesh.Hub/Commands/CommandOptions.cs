using System;
using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Commands;

/// <summary>Commands to devices; configuration section <c>Commands</c>.</summary>
public sealed class CommandOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Commands";

    /// <summary>How long a command waits for its device where the caller does not say. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Wait for an answer before the command is sent anew. The device does not run it again. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most commands that wait for one device, 1 to 1000. Default 32.</summary>
    [Range(1, 1000), Setting(Unit = "commands")]
    public int QueueLength { get; set; } = 32;

    /// <summary>How long an ended command stays in the list. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(30);
}
