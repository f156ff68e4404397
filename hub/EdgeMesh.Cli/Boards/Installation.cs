using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace EdgeMesh.Cli.Boards;

/// <summary>The steps that put the agent onto a board, in an order in which each may be the last: nothing starts on the board before the last one.</summary>
/// <param name="Port">The board's serial port, as <c>mpremote connect</c> takes it.</param>
/// <param name="Folder">Where the agent's files are.</param>
/// <param name="Settings">The file that goes there as <paramref name="SettingsName"/>; null for none.</param>
/// <param name="SettingsName"><c>edgemesh.json</c> or <c>enroll.json</c>.</param>
internal sealed record Installation(string Port, string Folder, string? Settings, string SettingsName)
{
    // One line of JSON: what the board is. sys.implementation[1] is MicroPython's version.
    private const string CheckScript =
        """
        import json,os,sys
        s=os.statvfs('/')
        print(json.dumps({'platform':sys.platform,'version':sys.implementation[1][:3],'free_bytes':s[0]*s[3]}))
        """;

    // An agent that runs would have its watchdog reset the board in the middle of the copying: it is taken away, and the board reset. A program of
    // the owner's is kept under another name.
    private const string ClearScript =
        """
        import os
        n=os.listdir('/')
        if 'main.py' in n:
         if 'edgemesh' in open('/main.py').read():os.remove('/main.py')
         else:os.rename('/main.py','/main.before-edgemesh.py')
        if 'edgemesh' not in n:os.mkdir('/edgemesh')
        """;

    /// <summary>Asks the board what it is.</summary>
    internal BoardStep Check => new("check the board", Connected("exec", CheckScript));

    /// <summary>Stops what runs there, makes the folder, and resets.</summary>
    internal BoardStep Clear => new("stop what runs on the board, and make its folder", Connected("exec", ClearScript, "+", "reset"));

    /// <summary>Copies all but what starts it.</summary>
    internal BoardStep Copy => new($"copy {AgentFiles.Paths.Count - 1} files", Connected([.. AgentFiles.Paths.Where(path => path != AgentFiles.Main).SelectMany((path, i) => Cp(path, i))]));

    /// <summary>Copies the settings; null where there are none.</summary>
    internal BoardStep? Configure => Settings is null ? null : new($"copy {SettingsName}", Connected("fs", "cp", Settings, $":{SettingsName}"));

    /// <summary>Copies what starts it, and resets.</summary>
    internal BoardStep Start => new("start the agent", Connected("fs", "cp", Path.Combine(Folder, AgentFiles.Main), $":{AgentFiles.Main}", "+", "reset"));

    /// <summary>All of them.</summary>
    internal IReadOnlyList<BoardStep> Steps => [.. new[] { Check, Clear, Copy, Configure, Start }.OfType<BoardStep>()];

    private string[] Connected(params string[] command) => ["connect", Port, .. command];

    private string[] Cp(string path, int index) => [.. index > 0 ? ["+"] : System.Array.Empty<string>(), "fs", "cp", Path.Combine(Folder, path), $":{path}"];
}
