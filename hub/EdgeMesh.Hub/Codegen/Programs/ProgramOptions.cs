using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Programs for devices: what they may do, who approves them, and how they are watched; configuration section <c>Programs</c>.</summary>
public sealed class ProgramOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Programs";

    /// <summary>A YAML file that adds to the shipped policy, for every type of device. Read anew for every program. Default empty: none.</summary>
    [Setting(Takes = "a path")]
    public string Policy { get; set; } = "";

    /// <summary>Hosts that every program may talk to, with commas between. Default empty: none.</summary>
    [Setting(Takes = "hosts with commas between")]
    public string AllowHosts { get; set; } = "";

    /// <summary>Types of devices whose programs need no person's approval where every gate was passed and the configuration allows each host, with commas between; <c>*</c> for all. Default empty: none.</summary>
    [Setting(Takes = "types of devices with commas between, or *")]
    public string AutoApprove { get; set; } = "";

    /// <summary>How long a program is watched after its device confirmed it, in seconds, 0 to 604,800 (a week); 0 for not at all. Default 600.</summary>
    [Range(0, 604_800), Setting(Unit = "seconds")]
    public int ProbationS { get; set; } = 600;

    /// <summary>So many stops with an exception, or bites of the watchdog, while it is watched condemn a program, 1 to 1000. Default 3.</summary>
    [Range(1, 1000), Setting(Unit = "stops")]
    public int FaultsMax { get; set; } = 3;

    /// <summary>A program that leaves less memory than this in two reports one after the other is condemned, in bytes, 0 to 16 MiB; 0 for no limit. Default 8192.</summary>
    [Range(0, 16 * 1024 * 1024), Setting(Unit = "bytes")]
    public long HeapFreeBytesMin { get; set; } = 8192;

    /// <summary>
    /// How far a program may stay behind its dry run: a reading that came every <c>n</c> seconds there is missed after <c>n</c> times this, and a loop may take
    /// as many times its longest there, each and <see cref="SlackS"/>. 1 to 100. Default 3.
    /// </summary>
    [Range(1.0, 100.0), Setting(Unit = "times")]
    public double Tolerance { get; set; } = 3;

    /// <summary>What is added to every such time, in seconds, 0 to 3600: networks and sensors are slow at times. Default 30.</summary>
    [Range(0, 3600), Setting(Unit = "seconds")]
    public int SlackS { get; set; } = 30;

    /// <summary>What is different for a type of device, by its name. In the configuration file alone.</summary>
    [Setting(Takes = "for each type: Policy, AllowHosts, UsedPins")]
    public Dictionary<string, ProgramTypeOptions> Types { get; init; } = [];

    internal static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>What is different for a type of device: <c>Programs:Types:NAME</c>.</summary>
public sealed class ProgramTypeOptions
{
    /// <summary>A YAML file that adds to the policy beside <see cref="ProgramOptions.Policy"/>. Default empty: none.</summary>
    public string Policy { get; set; } = "";

    /// <summary>Hosts that programs of this type may talk to, too, with commas between. Default empty: none.</summary>
    public string AllowHosts { get; set; } = "";

    /// <summary>Pins that something else on these devices uses, such as <c>4,16-18</c>: programs must leave them. Default none.</summary>
    public string UsedPins { get; set; } = "";
}
