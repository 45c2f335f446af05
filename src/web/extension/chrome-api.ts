/** What the extension uses of the browser's API, with the types that it has in Chromium and Firefox. */

/** A frame of a stack; lines and columns count from 0. */
export interface InitiatorFrame {
  functionName?: string;
  url?: string;
  lineNumber?: number;
  columnNumber?: number;
}

/** A stack, and the one that led to it over a turn of the loop. */
export interface InitiatorStack {
  callFrames?: InitiatorFrame[];
  parent?: InitiatorStack;
}

/** Why a request was made; Firefox does not say it. */
export interface Initiator {
  type?: string;
  /** Document whose parser has found it. */
  url?: string;
  lineNumber?: number;
  stack?: InitiatorStack;
}

/** An entry of the network panel: HAR 1.2, and what Chromium adds. */
export interface HarEntry {
  startedDateTime: string;
  /** Page load that it belongs to. */
  pageref?: string;
  /** ms. */
  time: number;
  request: { method: string; url: string };
  response: { status: number; headers: { name: string; value: string }[] };
  _initiator?: Initiator;
  /** `fetch`, `xhr`, `document`, `script` … */
  _resourceType?: string;
}

interface ChromeEvent<T extends unknown[]> {
  addListener(listener: (...args: T) => void): void;
}

/** A rule that changes the headers of requests. */
export interface HeaderRule {
  id: number;
  priority?: number;
  action: {
    type: 'modifyHeaders';
    requestHeaders: { header: string; operation: 'set'; value: string }[];
  };
  condition: { tabIds: number[]; resourceTypes: string[]; requestDomains: string[] };
}

/** Rules of the session: gone when the browser is closed. */
export interface SessionRules {
  getSessionRules(): Promise<HeaderRule[]>;
  updateSessionRules(change: { removeRuleIds: number[]; addRules: HeaderRule[] }): Promise<void>;
}

/** A loaded resource of the tab. */
export interface PageResource {
  url: string;
  getContent(callback: (content: string | null, encoding: string) => void): void;
}

/** Hosts that the user may allow; Firefox asks for each. */
export interface HostPermissions {
  contains(permissions: { origins: string[] }): Promise<boolean>;
  request(permissions: { origins: string[] }): Promise<boolean>;
}

export interface ChromeApi {
  devtools: {
    panels: { create(title: string, icon: string, page: string, callback?: () => void): void };
    network: {
      onRequestFinished: ChromeEvent<[entry: HarEntry]>;
      getHAR(callback: (log: { entries: HarEntry[] }) => void): void;
    };
    inspectedWindow: {
      tabId: number;
      getResources?(callback: (resources: PageResource[]) => void): void;
    };
  };
  declarativeNetRequest?: SessionRules;
  permissions?: HostPermissions;
}
