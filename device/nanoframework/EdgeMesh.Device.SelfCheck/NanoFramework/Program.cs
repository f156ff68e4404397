using System;
using System.IO;
using System.Threading;
using EdgeMesh.Device.NanoFramework;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>On a board: runs the vector files on its drive, and prints to the debugger's console.</summary>
public static class Program
{
    private const string Drive = "I:\\";
    private const string Extension = ".jsonl";
    private const int ReadBytes = 512;

    /// <summary>Called by the firmware.</summary>
    public static void Main()
    {
        RunAll(PrintToConsole);
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Runs every file, and prints the total last.</summary>
    public static VectorRun RunAll(LinePrinter print)
    {
        VectorRun run = new VectorRun(new NanoCrypto(), print, slow: true);
        string[] files = Directory.GetFiles(Drive);
        for (int i = 0; i < files.Length; i++)
        {
            if (files[i].EndsWith(Extension))
            {
                int name = files[i].LastIndexOf('\\') + 1;
                FileStream stream = new FileStream(files[i], FileMode.Open, FileAccess.Read);
                run.Run(files[i].Substring(name, files[i].Length - name - Extension.Length), new LineReader(stream, ReadBytes, VectorRun.LineBytesMax));
                stream.Dispose();
            }
        }

        print(run.Total);
        return run;
    }

    private static void PrintToConsole(string line) => Console.WriteLine(line);
}
