using System.Collections.Frozen;
using System.Collections.Generic;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Every rule there is. Ids are stable: scripts and reports name them.</summary>
public static class Rules
{
    /// <summary>All rules, refusals first.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        Refuse("syntax", "the program does not compile", "MicroPython would refuse it on the device.", "mend it where the message says"),
        Refuse("size", "a program beyond 64 KB", "It would not fit the device's memory beside the agent.", "shorten texts and tables"),
        Refuse("entry", "no loop() or main()", "The agent calls setup() and loop(), or main(), without arguments; it could not tell whether the program runs.", "define setup() and loop(), or main()"),
        Refuse("module", "a module that is not on the allow-list", "Files, the interpreter's inside, radio, flash and threads can take the device from its owner.", "use the modules that `edgemesh policy explain module` lists"),
        Refuse("module-name", "a name of a module that is not on the allow-list", "The module is allowed, this part of it is not.", "use the names of the module that are allowed"),
        Refuse("module-value", "a module used as a value", "Aliases of modules in variables, containers and arguments would hide what is used of them.", "write the module's name wherever you use it"),
        Refuse("module-write", "a change of something imported", "The agent shares these modules: a changed sleep or Pin would break it.", "write a function or a class of your own"),
        Refuse("builtin", "a built-in function that is not on the allow-list", "It runs text as code, opens files, or reaches the interpreter's inside.", "do without it; the agent's edgemesh module publishes and logs"),
        Refuse("undefined", "a name that nothing defines", "It would fail on the device, or be something that this list does not know.", "define or import it"),
        Refuse("attribute", "an attribute that leads to the machine's or the interpreter's inside", "Memory, frames and consoles are reached through it, whatever object it is asked of.", "do without it"),
        Refuse("dunder", "a special attribute", "Classes, globals and modules can be reached through it.", "type(x) gives the class; methods of your own need no underscores"),
        Refuse("dynamic-attribute", "an attribute by a computed name", "What is reached cannot be known before the program runs.", "write object.name, or a dictionary"),
        Refuse("type-making", "a class made at run time", "What is made so cannot be checked.", "write class NAME:"),
        Refuse("native", "native code or assembler", "It can reach all memory and is not checked by the interpreter.", "leave the decorator away"),
        Refuse("server", "a listening socket", "A device that others connect to is a way into the network.", "publish with edgemesh.publish, and take commands with edgemesh.on_command"),
        Refuse("host", "a host that is not on the allow-list", "The device talks only to whom its owner allows.", "allow it with --allow-host, or in the policy"),
        Refuse("host-computed", "a host that is not known before the program runs", "The device talks only to whom its owner allows.", "write the host as a text"),
        Refuse("wifi", "a change of the Wi-Fi", "The agent keeps the connection; a device that leaves its network cannot be reached any more.", "leave it away: the agent is connected before the program starts"),
        Refuse("pin-reserved", "a pin that the board itself needs", "Flash or memory hang on it: the device would crash.", "take another pin"),
        Refuse("pin-missing", "a pin that the board does not have", "The program would fail.", "take a pin that is there"),
        Refuse("pin-input-only", "an output on a pin that can only read", "The board has no driver there.", "take a pin below 34"),
        Refuse("pin-used", "a pin that another program uses", "Two programs on a pin disturb each other.", "take another pin"),
        Refuse("pin-computed", "a pin that is not known before the program runs", "It could be one that the flash hangs on.", "write the pin's number where the pin is made, or pass numbers only"),
        Refuse("duty", "a duty beyond what is allowed", "The driver or what hangs on it would be overloaded, or the value does not exist.", "stay below the limit"),
        Refuse("console", "the console's serial port", "It is how a person reaches the device when nothing else works.", "use UART 1 or 2"),
        Refuse("sleep-time", "a deep sleep that is not of a known, bounded length", "Asleep the device hears no update.", "machine.deepsleep(milliseconds) with a number from a second to a day"),
        Refuse("loop-without-sleep", "an endless loop that never pauses", "The agent runs only while the program sleeps: it would lose the connection, and the watchdog would reset the device.", "put time.sleep_ms(10) or more into the loop"),
        Refuse("loop-too-long", "a loop of very many rounds without a pause", "The watchdog would reset the device.", "put a sleep into the loop, or count less"),
        Refuse("timer-fast", "a timer that calls very often", "Its calls would leave no time for the agent.", "take a longer period, or PWM for signals"),
        Refuse("recursion", "a function that calls itself without a condition", "It ends in an overflow of the stack.", "put the call under a condition, or write a loop"),
        Refuse("memory", "a value larger than the device's memory", "The program would fail for want of memory, or compute for hours.", "make it smaller"),
        Refuse("stop-swallowed", "an endless loop that catches what stops programs", "The agent could not end the program for an update.", "catch OSError or Exception"),
        Refuse("bytecode", "bytecode that is not what the source says", "A second compiler saw names that the policy did not, or took another program for it: one of them misreads it.",
            "write it more plainly; in f-strings no conversions such as !r, and no two in a row"),
        Warn("strapping-pin", "an output on a pin that is read at the start", "What hangs on it can keep the board from booting.", "take another pin where you can"),
        Warn("console-pin", "a pin of the console's serial port", "What the console prints is seen there.", "take another pin where you can"),
        Warn("blocking-wait", "a wait without a pause", "The agent stands still meanwhile, and the watchdog may bite.", "put time.sleep_ms(1) into the loop, or count the rounds"),
        Warn("unbounded-list", "a list that only grows", "The memory ends some day.", "take elements out, or use collections.deque with a limit"),
        Warn("sensor-error", "a sensor is read without handling its errors", "A loose wire ends the program.", "put the reading between try and except OSError"),
        Warn("ticks-compared", "ticks compared or subtracted as numbers", "They wrap around after days, and the comparison is wrong then.", "time.ticks_diff(new, old)"),
        Warn("bare-except", "an except for everything", "It hides mistakes, and what stops programs.", "except OSError, or except Exception"),
        Warn("no-setup", "loop() without setup()", "It is allowed; what prepares the hardware is easier found in setup().", "define setup()"),
    ];

    private static readonly FrozenDictionary<string, Rule> ById = All.ToFrozenDictionary(rule => rule.Id);

    /// <summary>The rule of that name; null where there is none.</summary>
    public static Rule? Find(string id) => ById.GetValueOrDefault(id);

    private static Rule Refuse(string id, string title, string why, string instead) => new(id, Severity.Refused, title, why, instead);

    private static Rule Warn(string id, string title, string why, string instead) => new(id, Severity.Warning, title, why, instead);
}
