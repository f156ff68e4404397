extern alias nano;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using nano::EdgeMesh.Contracts;
using nano::EdgeMesh.Device.NanoFramework;
using nano::EdgeMesh.Device.Platform;
using nano::System.IO;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class StorageTests
{
    [Fact]
    public void Whatever_is_called_in_whatever_order_the_files_are_as_the_interface_says()
    {
        using Board board = new();
        Dictionary<string, byte[]> model = [];
        Random random = new(20250101);
        string[] names = ["boot0", "boot1", "a.img"];
        for (int i = 0; i < 1000; i++)
        {
            string name = names[random.Next(names.Length)];
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            byte[] before = model.GetValueOrDefault(name, []);
            switch (random.Next(7))
            {
                case 0:
                    board.Storage.Write(name, bytes);
                    model[name] = bytes;
                    break;
                case 1:
                    long at = random.Next(before.Length + 1);
                    board.Storage.WriteAt(name, at, bytes, 0, bytes.Length);
                    model[name] = [.. before.Take((int)at), .. bytes, .. before.Skip((int)at + bytes.Length)];
                    break;
                case 2:
                    int to = random.Next(400);
                    board.Storage.Truncate(name, to);
                    model[name] = [.. before.Take(to)];
                    break;
                case 3:
                    board.Storage.Delete(name);
                    model.Remove(name);
                    break;
                case 4:
                    board.Storage.Flush(name);
                    model[name] = before;
                    break;
                case 5:
                    byte[] part = new byte[before.Length / 2 + 3];
                    if (before.Length > 0)
                    {
                        board.Storage.ReadAt(name, before.Length / 3, part, 2, before.Length / 2);
                        Assert.Equal(before.Skip(before.Length / 3).Take(before.Length / 2), part.Skip(2).Take(before.Length / 2));
                    }

                    break;
                default:
                    Assert.Equal(model.GetValueOrDefault(name), board.Storage.Read(name, 10_000));
                    Assert.Equal(before.Length, board.Storage.Length(name));
                    Assert.Null(board.Storage.Read(name, before.Length - 1));
                    break;
            }
        }
    }

    [Fact]
    public void What_was_flushed_is_there_after_a_power_cut()
    {
        using Board board = new();
        board.Storage.WriteAt("a.img", 0, [1, 2, 3], 0, 3);
        board.Storage.Flush("a.img");
        board.Storage.WriteAt("a.img", 3, [4], 0, 1);
        board.PowerCycle();
        Assert.Equal([1, 2, 3], board.Storage.Read("a.img", 10));
        board.Storage.Write("boot0", [9]);
        board.PowerCycle();
        Assert.Equal([9], board.Storage.Read("boot0", 10));
    }

    [Fact]
    public void Every_failure_of_the_drive_is_a_storage_exception_and_the_storage_works_again_after_it()
    {
        using Board board = new();
        Action<NanoStorage>[] calls =
        [
            s => s.Write("f", [1]), s => s.WriteAt("f", 0, [1], 0, 1), s => s.Truncate("f", 0), s => s.Delete("f"), s => s.ReadAt("f", 50, new byte[4], 0, 4),
        ];
        foreach (Action<NanoStorage> call in calls)
        {
            board.Storage.Write("f", [1, 2]);
            StubDrive.ChangesLeft = 0;
            Assert.Equal(ErrorCodes.StorageFailed, Assert.Throws<StorageException>(() => call(board.Storage)).Code);
            board.PowerCycle();
            board.Storage.Write("f", [3]);
            Assert.Equal([3], board.Storage.Read("f", 10));
        }
    }

    [Fact]
    public void Wherever_the_power_is_cut_the_settings_are_the_old_ones_or_the_new_ones()
    {
        byte[] before = Settings("before"), after = Settings("after");
        for (int cut = 0, done = 0; done == 0; cut++)
        {
            using Board board = new();
            new SettingsFile(board.Storage).Write(before);
            StubDrive.ChangesLeft = cut;
            try
            {
                new SettingsFile(board.Storage).Write(after);
                done = 1;
            }
            catch (StorageException)
            {
                // The cut; it may come again while what it left is mended.
                for (int again = 0; again < 8; again++)
                {
                    board.PowerCycle();
                    StubDrive.ChangesLeft = again;
                    try
                    {
                        new SettingsFile(board.Storage).Read(out _);
                    }
                    catch (StorageException)
                    {
                    }
                }
            }

            board.PowerCycle();
            NanoSettings? read = new SettingsFile(board.Storage).Read(out string problem);
            Assert.True(read != null, $"cut {cut}: {problem}");
            Assert.Contains(read.Networks[0].Ssid, done == 1 ? ["after"] : new[] { "before", "after" });
            Assert.False(System.IO.File.Exists(System.IO.Path.Combine(StubDrive.Folder, "edgemesh.new")));
            Assert.InRange(cut, 0, 40);
        }
    }

    private static byte[] Settings(string ssid) => Encoding.UTF8.GetBytes(
        $$"""{"site":"home","device":"porch","type":"esp32-nano","key":"{{new string('a', 64)}}","host":"hub.local","port":8883,"wifi":[{"ssid":"{{ssid}}","password":"secret12"}]}""");
}
